"""What Connect is measured against: servers that hand each message to everybody, keep nothing and check nothing."""
