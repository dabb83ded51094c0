-- Lengthens a lease that is still the caller's.
-- KEYS: lease. ARGV: holder, life in ms. Returns 1 when it is.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('PEXPIRE', KEYS[1], ARGV[2])
end
return 0
