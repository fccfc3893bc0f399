"""The doctor: checks, one file for each subject, that report what is wrong and what to do."""
