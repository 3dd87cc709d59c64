"""A school's pupils over time, beside its area, England and schools of like intake."""
