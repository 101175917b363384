"""What writes: every verb is one transaction, and leaves a line in the intake's own journal."""
