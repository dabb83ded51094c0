-- Gives a lease back and says whether somebody knocked in the meantime.
-- KEYS: lease, knock. ARGV: holder. Returns 1 when somebody did.
if redis.call('GET', KEYS[1]) == ARGV[1] then
  redis.call('DEL', KEYS[1])
end
return redis.call('DEL', KEYS[2])
