"""The register, inspections and imports; with the tables every service has."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from shared.auth.tenancy import enable_row_security
from shared.db.platform import install_platform_v1

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CONFIDENTIAL = ("imports", "import_files", "import_rejections")

# References of the tables that a national load fills. A foreign key asks for each row on its own, a quarter of what the
# database does in that load; here one question is asked for all rows of a statement. That suffices because neither end
# can change: rows referred to are never deleted nor renumbered, and rows that refer never turn to another.
REFERENCES = (
    ("fk_inspections_urn", "inspections", "urn", "schools", "urn"),
    ("fk_memberships_urn", "memberships", "urn", "schools", "urn"),
    ("fk_memberships_trust_uid", "memberships", "trust_uid", "school_groups", "uid"),
)
CHECK_REFERENCE = """
CREATE FUNCTION check_reference() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    lost text;
BEGIN
    EXECUTE format(
        'SELECT added.%1$I::text FROM added WHERE added.%1$I IS NOT NULL'
        ' AND NOT EXISTS (SELECT FROM %2$I AS kept WHERE kept.%3$I = added.%1$I) LIMIT 1',
        TG_ARGV[1], TG_ARGV[2], TG_ARGV[3]) INTO lost;
    IF lost IS NOT NULL THEN
        RAISE foreign_key_violation USING
            MESSAGE = format('%s of %s: %s is not in %s', TG_ARGV[1], TG_TABLE_NAME, lost, TG_ARGV[2]),
            CONSTRAINT = TG_ARGV[0], TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
    END IF;
    RETURN NULL;
END $$
"""
REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE integrity_constraint_violation USING
        MESSAGE = format('%s of %s: others refer to these rows', lower(TG_OP), TG_TABLE_NAME),
        CONSTRAINT = TG_NAME, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA;
END $$
"""


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    install_platform_v1(op)
    create_sources()
    create_imports()
    create_school_groups()
    create_school_links()
    create_school_locations()
    create_schools()
    create_import_files()
    create_import_rejections()
    create_inspections()
    create_memberships()
    create_inspection_versions()
    keep_references()
    for table in CONFIDENTIAL:
        enable_row_security(op, table)


def downgrade() -> None:
    for table in (
        "inspection_versions",
        "memberships",
        "inspections",
        "import_rejections",
        "import_files",
        "schools",
        "school_locations",
        "school_links",
        "school_groups",
        "imports",
        "sources",
    ):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change(), check_reference()")


def keep_references() -> None:
    op.execute(CHECK_REFERENCE)
    op.execute(REFUSE_CHANGE)
    for name, table, column, target, key in REFERENCES:
        op.execute(
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added FOR EACH STATEMENT"
            f" EXECUTE FUNCTION check_reference('{name}', '{column}', '{target}', '{key}')"
        )
        refuse(f"{name}_unchanged", f"UPDATE OF {column}", table)
    for table, key in (("schools", "urn"), ("school_groups", "uid"), ("sources", "id")):
        refuse(f"{table}_kept", f"DELETE OR TRUNCATE OR UPDATE OF {key}", table)


def refuse(name: str, change: str, table: str) -> None:
    op.execute(f"CREATE TRIGGER {name} BEFORE {change} ON {table} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")


def create_sources() -> None:
    op.create_table(
        "sources",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("as_at", sa.Date(), nullable=False),
        sa.Column("loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sources")),
    )
    op.create_index("ix_sources_name_as_at", "sources", ["name", "as_at"], unique=False)


def create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("as_at", sa.Date(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_size", sa.BigInteger(), nullable=False),
        sa.Column("file_sha256", sa.Text(), nullable=False),
        sa.Column("encoding", sa.Text(), nullable=True),
        sa.Column("rows_read", sa.Integer(), nullable=True),
        sa.Column("rows_created", sa.Integer(), nullable=True),
        sa.Column("rows_changed", sa.Integer(), nullable=True),
        sa.Column("rows_unchanged", sa.Integer(), nullable=True),
        sa.Column("rows_rejected", sa.Integer(), nullable=True),
        sa.Column("header", postgresql.JSONB(), nullable=True),
        sa.Column("warnings", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("row_digests", sa.LargeBinary(), nullable=True),
        sa.Column("submitted_by", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "rows_read = rows_created + rows_changed + rows_unchanged + rows_rejected",
            name=op.f("ck_imports_reconciled"),
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_imports_source_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index("ix_imports_kind_as_at", "imports", ["kind", "as_at"], unique=False)
    # digests do not compress, which takes time to find out
    op.execute("ALTER TABLE imports ALTER COLUMN row_digests SET STORAGE EXTERNAL")


def create_school_groups() -> None:
    op.create_table(
        "school_groups",
        sa.Column("uid", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("trn", sa.Text(), nullable=True),
        sa.Column("ukprn", sa.Text(), nullable=True),
        sa.Column("companies_house_number", sa.Text(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_school_groups_name_not_empty")),
        sa.CheckConstraint("uid ~ '^[0-9]+$'", name=op.f("ck_school_groups_uid")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_school_groups_source_id")),
        sa.PrimaryKeyConstraint("uid", name=op.f("pk_school_groups")),
    )
    op.create_index("ix_school_groups_kind_uid", "school_groups", ["kind", "uid"], unique=False)
    op.create_index(
        "ix_school_groups_name_folded",
        "school_groups",
        ["name_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name_folded": "gin_trgm_ops"},
    )


def create_school_links() -> None:
    op.create_table(
        "school_links",
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("link_urn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("link_name", sa.Text(), nullable=True),
        sa.Column("established_on", sa.Date(), nullable=True),
        sa.Column("predecessor_urn", sa.Integer(), nullable=True),
        sa.Column("successor_urn", sa.Integer(), nullable=True),
        sa.Column("cut", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(predecessor_urn IS NULL) = (successor_urn IS NULL)", name=op.f("ck_school_links_both_ends")
        ),
        sa.CheckConstraint("urn <> link_urn", name=op.f("ck_school_links_not_itself")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_school_links_source_id")),
        sa.PrimaryKeyConstraint("urn", "link_urn", "kind", name=op.f("pk_school_links")),
    )
    op.create_index("ix_school_links_predecessor_urn", "school_links", ["predecessor_urn"], unique=False)
    op.create_index("ix_school_links_successor_urn", "school_links", ["successor_urn"], unique=False)


def create_school_locations() -> None:
    op.create_table(
        "school_locations",
        sa.Column("urn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lng", sa.Double(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("lat BETWEEN -90 AND 90", name=op.f("ck_school_locations_lat")),
        sa.CheckConstraint("lng BETWEEN -180 AND 180", name=op.f("ck_school_locations_lng")),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_school_locations_source_id")),
        sa.PrimaryKeyConstraint("urn", name=op.f("pk_school_locations")),
    )
    op.create_index("ix_school_locations_lat_lng", "school_locations", ["lat", "lng"], unique=False)


def create_schools() -> None:
    op.create_table(
        "schools",
        sa.Column("urn", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("laestab", sa.Text(), nullable=True),
        sa.Column("ukprn", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_folded", sa.Text(), nullable=False),
        sa.Column("phase", sa.Text(), nullable=False),
        sa.Column("type_code", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("region", sa.Text(), nullable=False),
        sa.Column("la_code", sa.Text(), nullable=False),
        sa.Column("rb_kind", sa.Text(), nullable=False),
        sa.Column("rb_id", sa.Text(), nullable=True),
        sa.Column("rb_reason", sa.Text(), nullable=True),
        sa.Column("trust_uid", sa.Text(), nullable=True),
        sa.Column("pupils", sa.Integer(), nullable=True),
        sa.Column("idaci_quintile", sa.SmallInteger(), nullable=True),
        sa.Column("low_age", sa.SmallInteger(), nullable=True),
        sa.Column("high_age", sa.SmallInteger(), nullable=True),
        sa.Column("sixth_form", sa.Boolean(), nullable=True),
        sa.Column("religious_character", sa.Text(), nullable=True),
        sa.Column("open_date", sa.Date(), nullable=True),
        sa.Column("postcode", sa.Text(), nullable=True),
        sa.Column("report_url", sa.Text(), nullable=True),
        sa.Column("missing_since", sa.Date(), nullable=True),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("name <> ''", name=op.f("ck_schools_name_not_empty")),
        sa.CheckConstraint("rb_kind IN ('trust', 'local_authority', 'other')", name=op.f("ck_schools_rb_kind")),
        sa.CheckConstraint(
            "trust_uid IS NULL OR (rb_kind = 'trust' AND rb_id = trust_uid)", name=op.f("ck_schools_trust_is_rb")
        ),
        sa.CheckConstraint("(rb_id IS NULL) = (rb_reason IS NOT NULL)", name=op.f("ck_schools_rb_id_or_reason")),
        sa.CheckConstraint("idaci_quintile BETWEEN 1 AND 5", name=op.f("ck_schools_idaci_quintile")),
        sa.CheckConstraint("pupils >= 0", name=op.f("ck_schools_pupils")),
        sa.CheckConstraint("urn BETWEEN 100000 AND 999999", name=op.f("ck_schools_urn")),
        sa.PrimaryKeyConstraint("urn", name=op.f("pk_schools")),
    )
    op.create_index("ix_schools_la_code_urn", "schools", ["la_code", "urn"], unique=False)
    op.create_index(
        "ix_schools_name_folded",
        "schools",
        ["name_folded"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"name_folded": "gin_trgm_ops"},
    )
    op.create_index("ix_schools_region_urn", "schools", ["region", "urn"], unique=False)
    op.create_index("ix_schools_trust_uid_urn", "schools", ["trust_uid", "urn"], unique=False)


def create_import_files() -> None:
    op.create_table(
        "import_files",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("chunk", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_files_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "chunk", name=op.f("pk_import_files")),
    )
    # gone after minutes: not worth compressing
    op.execute("ALTER TABLE import_files ALTER COLUMN content SET STORAGE EXTERNAL")


def create_import_rejections() -> None:
    op.create_table(
        "import_rejections",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=True),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("tenancy_orgs", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("tenancy_region", sa.Text(), nullable=True),
        sa.CheckConstraint("row_number >= 1", name=op.f("ck_import_rejections_row_number")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_import_rejections_import_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("import_id", "row_number", name=op.f("pk_import_rejections")),
    )


def create_inspections() -> None:
    op.create_table(
        "inspections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("number", sa.Text(), nullable=True),
        sa.Column("framework", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=True),
        sa.Column("published_reason", sa.Text(), nullable=True),
        sa.Column("urn_at_inspection", sa.Integer(), nullable=True),
        sa.Column("relates_to_current_urn", sa.Boolean(), nullable=False),
        sa.Column("relates_assumed", sa.Boolean(), nullable=False),
        sa.Column("overall", sa.SmallInteger(), nullable=True),
        sa.Column("overall_reason", sa.Text(), nullable=True),
        sa.Column("category_of_concern", sa.Text(), nullable=True),
        sa.Column("safeguarding", sa.Text(), nullable=True),
        sa.Column("safeguarding_reason", sa.Text(), nullable=True),
        sa.Column("grades", postgresql.JSON(), nullable=False),
        sa.Column("judged_on", postgresql.JSON(), nullable=True),
        sa.Column("outcome_code", sa.Text(), nullable=True),
        sa.Column("warnings", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("evidence", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'published'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "framework <> 'report-card-2025' OR starts_on >= DATE '2025-11-10'", name=op.f("ck_inspections_card_date")
        ),
        sa.CheckConstraint(
            "framework NOT IN ('eif-2024', 'report-card-2025', 'ungraded') OR overall IS NULL",
            name=op.f("ck_inspections_overall_by_framework"),
        ),
        sa.CheckConstraint("kind IN ('graded', 'ungraded', 'monitoring')", name=op.f("ck_inspections_kind")),
        sa.CheckConstraint("state IN ('draft', 'published')", name=op.f("ck_inspections_state")),
        sa.CheckConstraint(
            "(overall IS NULL) = (overall_reason IS NOT NULL)", name=op.f("ck_inspections_overall_or_reason")
        ),
        sa.CheckConstraint(
            "(published_on IS NULL) = (published_reason IS NOT NULL)", name=op.f("ck_inspections_published_or_reason")
        ),
        sa.CheckConstraint(
            "(safeguarding IS NULL) = (safeguarding_reason IS NOT NULL)",
            name=op.f("ck_inspections_safeguarding_or_reason"),
        ),
        sa.CheckConstraint("octet_length(content_hash) = 16", name=op.f("ck_inspections_content_hash")),
        sa.CheckConstraint("overall BETWEEN 1 AND 4", name=op.f("ck_inspections_overall")),
        sa.CheckConstraint("version >= 1", name=op.f("ck_inspections_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspections")),
    )
    op.create_index(
        "ix_inspections_card",
        "inspections",
        ["urn"],
        unique=False,
        postgresql_where=sa.text("framework = 'report-card-2025'"),
    )
    op.create_index(
        "ix_inspections_urn_starts_on", "inspections", ["urn", sa.literal_column("starts_on DESC")], unique=False
    )
    op.create_index(
        "uq_inspections_urn_number",
        "inspections",
        ["urn", "number"],
        unique=True,
        postgresql_where=sa.text("number IS NOT NULL"),
    )
    op.create_index(
        "uq_inspections_urn_starts_on",
        "inspections",
        ["urn", "starts_on"],
        unique=True,
        postgresql_where=sa.text("number IS NULL"),
    )


def create_memberships() -> None:
    op.create_table(
        "memberships",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("urn", sa.Integer(), nullable=False),
        sa.Column("trust_uid", sa.Text(), nullable=False),
        sa.Column("joined_on", sa.Date(), nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.Column("first_seen_on", sa.Date(), nullable=False),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("left_on IS NULL OR left_on > first_seen_on", name=op.f("ck_memberships_left_after_seen")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_memberships")),
    )
    op.create_index("ix_memberships_trust_uid_urn", "memberships", ["trust_uid", "urn"], unique=False)
    op.create_index(
        "uq_memberships_urn_current", "memberships", ["urn"], unique=True, postgresql_where=sa.text("left_on IS NULL")
    )
    op.create_index("uq_memberships_urn_first_seen_on", "memberships", ["urn", "first_seen_on"], unique=True)


def create_inspection_versions() -> None:
    op.create_table(
        "inspection_versions",
        sa.Column("inspection_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("version >= 1", name=op.f("ck_inspection_versions_version")),
        sa.ForeignKeyConstraint(
            ["inspection_id"], ["inspections.id"], name=op.f("fk_inspection_versions_inspection_id")
        ),
        sa.ForeignKeyConstraint(["source_id"], ["sources.id"], name=op.f("fk_inspection_versions_source_id")),
        sa.PrimaryKeyConstraint("inspection_id", "version", name=op.f("pk_inspection_versions")),
    )
