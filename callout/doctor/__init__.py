"""The doctor: small checks, one file each subject, that say in sentences what is wrong and what to do."""
