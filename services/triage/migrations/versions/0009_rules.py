"""Withdrawals of admitted cases; what is superseded is so to the public; the term dates a notice was counted by."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

CLOSED = """
    UPDATE decision_publications AS told SET superseded_at = made.superseded_at
    FROM decisions AS made
    WHERE made.id = told.decision_id AND made.superseded_at IS DISTINCT FROM told.superseded_at
"""


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column("notices", sa.Column("term_dates_version", sa.Integer(), nullable=True))
    op.create_table(
        "eligibility_withdrawals",
        sa.Column("exception_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("withdrawn_on", sa.Date(), nullable=False),
        sa.Column("withdrawn_by", sa.Text(), nullable=False),
        sa.Column("withdrawn_role", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["exception_id"],
            ["eligibility_exceptions.id"],
            name=op.f("fk_eligibility_withdrawals_exception_id_eligibility_exceptions"),
        ),
        sa.PrimaryKeyConstraint("exception_id", name=op.f("pk_eligibility_withdrawals")),
        comment="add-only: a case is withdrawn once",
    )
    op.execute(CLOSED)


def downgrade() -> None:
    op.drop_table("eligibility_withdrawals")
    op.drop_column("notices", "term_dates_version")
