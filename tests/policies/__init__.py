"""Every policy of the templates, read by tools that know what IAM's actions can do: `make scan` runs it."""
