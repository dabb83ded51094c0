"""Pure values and rules of the thread. No await, no library but the standard one."""
