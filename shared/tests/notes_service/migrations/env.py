from sqlalchemy import MetaData

from shared.db.migrate import env_main

env_main(MetaData())
