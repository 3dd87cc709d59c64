"""A second, independent reading of the rules, straight from the Ofsted files.

It shares no code with the services: standard library only, its own column names, its own tables of grades. The
end-to-end tests load the same files into the platform and compare every school.
"""

from .assess import Assessed, assess, assess_all
from .evidence import Evidence, read_evidence
from .files import OfstedFile, ofsted_files, open_ofsted

__all__ = ["Assessed", "Evidence", "OfstedFile", "assess", "assess_all", "ofsted_files", "open_ofsted", "read_evidence"]
