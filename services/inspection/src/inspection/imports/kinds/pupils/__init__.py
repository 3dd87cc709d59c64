"""Official files of pupil measures: census, absence, key stages."""
