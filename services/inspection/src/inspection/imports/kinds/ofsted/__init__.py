"""Ofsted's monthly "latest inspections" of state-funded schools, in both of its layouts."""
