"""The screens of alerts, one file per noun."""
