-- Takes a lease, or leaves a knock for the one who holds it.
-- KEYS: lease, knock. ARGV: holder, life in ms. Returns 1 when taken.
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  redis.call('DEL', KEYS[2])
  return 1
end
redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
return 0
