"""PostgreSQL: sessions, migrations, and the tables every service has."""
