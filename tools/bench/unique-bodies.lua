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

function init(args)
  run, dialect, stream, same = args[1], args[2], args[3] == "yes", args[4] == "yes"
  sent = 0
  path = dialect == "messages" and "/v1/messages" or "/v1/chat/completions"
  headers = {
    ["content-type"] = "application/json",
    ["authorization"] = "Bearer bench",
    ["x-portkey-provider"] = "openai",
    ["x-portkey-custom-host"] = args[5],
  }
end

function request()
  sent = sent + 1
  local question = same and "the same" or run .. "-" .. thread_number .. "-" .. sent
  local limit = dialect == "messages" and '"max_tokens":512,' or ""
  local body = '{"model":"bench-1",' .. limit .. '"temperature":0,"stream":' .. tostring(stream)
    .. ',"messages":[{"role":"user","content":"' .. filler .. question .. '"}]}'
  return wrk.format("POST", path, headers, body)
end

function done(summary, latency)
  local total = 0
  for _, thread in ipairs(threads) do total = total + thread:get("sent") end
  local errors = summary.errors
  io.write(string.format('RESULT {"requests":%d,"sent":%d,"seconds":%.4f,"p50Us":%d,"p99Us":%d,"errors":%d}\n',
    summary.requests, total, summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
