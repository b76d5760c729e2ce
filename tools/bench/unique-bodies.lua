-- Every request has its own body, so that neither a cache nor coalescing answers for the upstream.
-- Arguments: run id, dialect (chat | messages), stream (yes | no), repeat (yes: one body for all, to measure hits)
local threads = {}
local next_thread = 0

function setup(thread)
  thread:set("thread_number", next_thread)
  next_thread = next_thread + 1
  table.insert(threads, thread)
end

local filler = string.rep("The quick brown fox jumps over the lazy dog. ", 16)

-- All but the number is made once, and the number has a fixed width, so that the load generator is not what is measured.
function init(args)
  local run, dialect, stream, base = args[1], args[2], args[3] == "yes", args[5]
  same = args[4] == "yes"
  sent = 0
  local limit = dialect == "messages" and '"max_tokens":512,' or ""
  local body = '{"model":"bench-1",' .. limit .. '"temperature":0,"stream":' .. tostring(stream)
    .. ',"messages":[{"role":"user","content":"' .. filler .. run .. "-" .. thread_number .. '-000000000"}]}'
  local whole = wrk.format("POST", dialect == "messages" and "/v1/messages" or "/v1/chat/completions", {
    ["content-type"] = "application/json",
    ["authorization"] = "Bearer bench",
    ["x-portkey-provider"] = "openai",
    ["x-portkey-custom-host"] = base,
  }, body)
  ending = '"}]}'
  beginning = string.sub(whole, 1, #whole - #ending - 9)
end

function request()
  sent = sent + 1
  return beginning .. string.format("%09d", same and 0 or sent) .. ending
end

function done(summary, latency)
  local total = 0
  for _, thread in ipairs(threads) do total = total + thread:get("sent") end
  local errors = summary.errors
  io.write(string.format('RESULT {"requests":%d,"sent":%d,"seconds":%.4f,"p50Us":%d,"p99Us":%d,"errors":%d}\n',
    summary.requests, total, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
