"""What-if: a scheme with other parameters over all schools, beside what its version in force says."""
