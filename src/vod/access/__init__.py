"""Who may watch what until when: passes, signatures, shares."""
