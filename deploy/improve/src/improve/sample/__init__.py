"""Made-up schools, trusts and leaders in the official formats: `python -m improve.sample --schools N --out DIR`."""
