"""The doctor: looks at every part once and says what to do. It mends nothing."""
