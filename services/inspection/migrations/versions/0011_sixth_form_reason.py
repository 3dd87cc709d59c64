"""Why a school's sixth form is neither there nor absent: the file says that the question does not apply."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("schools", sa.Column("sixth_form_reason", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("schools", "sixth_form_reason")
