-- Lengthens a lease that is still the caller's, and the knock of whoever came meanwhile with it.
-- KEYS: lease, knock. ARGV: holder, life in ms. Returns 1 when it is.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('PEXPIRE', KEYS[2], ARGV[2])
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
