/* What healthy apps print all day: most of a fleet's bytes. */
#include "tools/fleetgen/tables.h"

const struct sift_gen_source sift_gen_rules_chat[] = {
    {"ip_inside", SIFT_GEN_ANY("10.16.{0-47}.{0-255}", "10.16.{0-47}.{0-255}", "10.20.{0-47}.{0-255}", "10.108.{0-127}.{0-255}")},
    {"ip_public", SIFT_GEN_ANY("{3-223}.{0-255}.{0-255}.{1-254}")},
    {"ip_peer", SIFT_GEN_ANY("{@ip_inside/6}", "{@ip_inside/6}", "{@ip_inside/9}", "{@ip_inside/60}")},
    {"port_high", SIFT_GEN_ANY("{1024-65535}")},
    {"peer", SIFT_GEN_ANY("{ip_peer}:{port_high}")},
    {"method_path",
     SIFT_GEN_ANY("GET /", "GET /", "GET /health", "GET {@get_path/7}", "GET {@get_path/7}", "GET {@get_path/7}",
                  "GET {@get_path/9}/{~1-900}", "POST {@post_path/5}", "POST {@post_path/5}", "POST {@post_path/5}",
                  "GET {@get_path/9}?{@noun/4}={~1-90}", "GET /health", "DELETE {@get_path/7}/{~1-9000}",
                  "PUT {@get_path/7}/{~1-9000}", "OPTIONS {@post_path/5}", "HEAD /", "GET /static/{@word/9}.{b8}.{asset_end}",
                  "GET /assets/{@noun/9}-{b8}.{asset_end}", "GET /{@word/5}/{uuid}")},
    {"get_path", SIFT_GEN_ANY("/api/{noun}s", "/api/v{1-3}/{noun}s", "/{noun}s", "/{word}/{noun}s", "/docs", "/openapi.json",
                              "/{word}", "/api/{word}", "/config", "/metrics", "/queue/data", "/{noun}/error-report", "/info")},
    {"post_path",
     SIFT_GEN_ANY("/api/v{1-3}/{noun}s", "/api/predict", "/predict", "/v1/chat/completions", "/v1/embeddings", "/{noun}/{verb_ing}",
                  "/api/{noun}/upload", "/run/predict", "/step", "/reset", "/api/{word}", "/webhook/{word}")},
    {"asset_end", SIFT_GEN_ANY("js", "js", "css", "png", "svg", "woff2", "ico", "json")},
    {"status_line", SIFT_GEN_ANY("200 OK", "200 OK", "200 OK", "200 OK", "200 OK", "200 OK", "200 OK", "200 OK", "200 OK",
                                 "201 Created", "204 No Content", "304 Not Modified", "307 Temporary Redirect", "404 Not Found",
                                 "422 Unprocessable Entity", "401 Unauthorized", "405 Method Not Allowed")},
    {"status_number", SIFT_GEN_ANY("200", "200", "200", "200", "200", "200", "200", "304", "204", "302", "404", "206", "499")},
    {"uuid", SIFT_GEN_ANY("{x8}-{x4}-4{x3}-a{x3}-{x12}")},
    {"user_agent",
     SIFT_GEN_ANY(
         "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1{10-39}.0.0.0 Safari/537.36",
         "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/1{6-8}.{0-6} "
         "Safari/605.1.15",
         "Mozilla/5.0 (X11; Linux x86_64; rv:1{10-40}.0) Gecko/20100101 Firefox/1{10-40}.0",
         "Mozilla/5.0 (iPhone; CPU iPhone OS 1{6-8}_{0-6} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
         "Version/1{6-8}.{0-6} Mobile/15E148 Safari/604.1",
         "Mozilla/5.0 (Linux; Android 1{2-5}; SM-{b5}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1{10-39}.0.0.0 Mobile "
         "Safari/537.36",
         "python-requests/2.{28-32}.{0-3}", "python-httpx/0.2{4-8}.{0-2}", "curl/8.{0-12}.{0-1}",
         "node-fetch/1.0 (+https://github.com/bitinn/node-fetch)", "Go-http-client/1.1",
         "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "kube-probe/1.{26-31}")},
    {"ms", SIFT_GEN_ANY("{~1-900}.{0-99w2}ms")},
    {"chat_fastapi", SIFT_GEN_ANY("{uvicorn_access}", "{uvicorn_access}", "{uvicorn_access}", "{uvicorn_access}",
                                  "{uvicorn_access}", "{!python_log}", "{!python_log}", "{!httpx_log/2}")},
    {"uvicorn_access", SIFT_GEN_ANY("INFO:     {@peer/50} - \"{method_path} HTTP/1.1\" {status_line}")},
    {"httpx_log",
     SIFT_GEN_ANY(
         "INFO:httpx:HTTP Request: GET https://huggingface.co/api/models/{@model_org/4}/{@model_stem/6} \"HTTP/1.1 200 OK\"",
         "INFO:httpx:HTTP Request: POST https://api.{@word/3}.com/v1/{@noun/3}s \"HTTP/1.1 200 OK\"",
         "DEBUG:urllib3.connectionpool:https://{@word/3}.googleapis.com:443 \"POST /{@noun/4} HTTP/1.1\" 200 None",
         "DEBUG:urllib3.connectionpool:Resetting dropped connection: {@word/3}.googleapis.com",
         "{time_comma} - INFO - HTTP Request: GET http://0.0.0.0:7860/_app/immutable/chunks/{noun}.{@id_short/60}.js \"HTTP/1.1 "
         "200 OK\"")},
    {"python_log",
     SIFT_GEN_ANY("{time_comma} - {@logger/4} - {level} - {!log_message/6}",
                  "{time_comma} - {@logger/4} - {level} - {!log_message/6}", "{level}:{@logger/4}:{!log_message/6}",
                  "{time_comma} [{level}] {@logger/4}: {!log_message/6}",
                  "{time_dot} | {level}     | {@word:3}.{@noun:3}:{@noun/5}:{@line/12} - {!log_message/6}",
                  "\033[32m{time_dot}\033[0m | \033[1mINFO    \033[0m | "
                  "\033[36m{@word:3}\033[0m:\033[36m{@noun/5}\033[0m:\033[36m{@line/12}\033[0m - \033[1m{!log_message/6}\033[0m",
                  "[{time_clock}] {!log_message/6}")},
    {"line", SIFT_GEN_ANY("{5-990}")},
    {"log_message",
     SIFT_GEN_ANY(
         "{@activity/5} {~1-4000} {@unit_of_work/3}s in {~1-90}.{0-99w2}s",
         "{@activity/5} {@unit_of_work/3} {@id_hex/60} for user {@first_name/9}", "{@unit_of_work/3} {b6}: {@verb_ed/6} in {ms}",
         "{@unit_of_work/3} {b6}: {@verb_ed/6} {~1-900} {@noun/5}s, {~0-9} skipped, 0 errors",
         "{@noun/5} cache: {~1-9000} entries, hit rate {60-99}.{0-9}%", "{@verb_ing/4} batch {~1-900}/{~900-1000} ({~1-99}%)",
         "prompt: \"{!chat_text/4}\"", "prompt: \"{!chat_text/4}\" ({~4-900} tokens)",
         "{@noun/5} saved to /tmp/{@word/6}/{x10}.{file_end}",
         "{@noun/5} saved to {@app_dir}/outputs/{@noun:2}_{~1-9000w5}.{file_end}", "queue length {~0-40}, oldest {~0-90}.{0-9}s",
         "memory {100-9000} MB, {~1-90} threads, {~1-900} open files", "session {@uuid/40} opened from {country}",
         "session {@uuid/40} closed after {~1-4000}s", "retrieved {1-20} passages for \"{!chat_text/4}\", best score 0.{100-999}",
         "answered in {~1-60}.{0-99w2}s, {~10-900} tokens, {1-90}.{0-9} tok/s",
         "validation error for field '{@word/5}': value is not a valid {noun} (400 sent)",
         "retry 1/3 for {@noun/5} {~1-900} after {100-900} ms: succeeded", "no error found in {@noun/5} {x6}",
         "scheduled {@noun/4} refresh {verb_ed}, next in {5-60} min", "rate limit: {@first_name/9} has {~1-90} of {100-500} left",
         "{!sentence/3}", "language {lang} detected with 0.{70-99}")},
    {"activity", SIFT_GEN_ANY("{verb_ing} {word}", "{verb_ing} the {word}", "{verb_ed}", "Finished {verb_ing}", "Done {verb_ing}")},
    {"file_end", SIFT_GEN_ANY("png", "jpg", "wav", "mp4", "json", "pdf", "csv", "txt", "webp")},
    {"chat_gradio", SIFT_GEN_ANY("{!httpx_log/2}", "{!python_log}", "{!python_log}", "{!print_line/5}", "{!print_line/5}",
                                 "{!gradio_progress}", "{uvicorn_access}")},
    {"print_line",
     SIFT_GEN_ANY("{@noun:2}: {!chat_text/4}", "> {!chat_text/4}",
                  "user: {!chat_text/4}\n"
                  "bot: {!sentence/3}",
                  "[{@first_name/12}] {!chat_text/4}",
                  "Generated {1-9} {@noun:2}s in {~1-90}.{0-99w2} seconds (seed {1-4000000000})",
                  "Processing {@noun:2}_{x6}.{file_end} ({~1-9000} kB)",
                  "{{'{@word:3}': {0-99}.{0-9}, '{@noun:3}': '{@word/30}', 'n': {~0-90}}",
                  "tensor([[ 0.{1000-9999}, -0.{100-999}0]]) torch.Size([1, {~1-90}, 768])",
                  "{@verb_ing:4} {@noun:4} {~1-900}... done", "✅ {@noun:2} {verb_ed} ({~1-90}.{0-9}s)", "{!sentence/3}",
                  "Request from {@first_name/12} - {@word/4} = {~0-100}, {@word/4} = 0.{0-99w2}, steps = {10-50}", "{bad_text}")},
    {"bad_text",
     SIFT_GEN_ANY("{word} {word} {noun} {~1-900}", "{word} {noun} {word} ok{?9 bad_piece}", "{noun}: {word} {word} {word}",
                  "{word} - {noun} / {word}", "{noun} {~1-900} of {word}{?9 bad_piece}")},
    {"bad_piece", SIFT_GEN_ANY(" (\"{word}_{bad}{bad}{noun}.{file_end}\")", " caf{bad} r{bad}sum{bad}")},
    {"gradio_progress",
     SIFT_GEN_ANY("  0%|          | 0/{=steps} [00:00<?, ?it/s]\r {20-49}%|{bar}| {4-9}/{=steps} [00:0{1-9}<00:0{1-9},  "
                  "{@per_second/12}it/s]\r {50-99}%|{bar}| {10-19}/{=steps} [00:0{1-9}<00:0{1-9},  "
                  "{@per_second/12}it/s]\r100%|██████████| {=steps}/{=steps} [00:{10-59}<00:00,  {@per_second/12}it/s]",
                  "100%|██████████| {=steps}/{=steps} [00:{0-59w2}<00:00,  {1-9}.{0-99w2}it/s]")},
    {"steps", SIFT_GEN_ANY("20", "25", "28", "30", "50")},
    {"chat_streamlit", SIFT_GEN_ANY("{time_dot} {!streamlit_log/3}", "{!python_log}", "{!print_line/5}", "{!print_line/5}")},
    {"streamlit_log",
     SIFT_GEN_ANY("Please replace `use_column_width` with `use_container_width`. The former will be removed in a later release.",
                  "Examining the path of {@py_module/9} for changes: {verb_ing} {noun}",
                  "Serialization of dataframe to Arrow table was applied with automatic fixes for column types: {@word/5}",
                  "`label` got an empty value. This is discouraged for accessibility reasons and may be disallowed in the future.",
                  "script run {~1-9000} finished in {~1-9}.{0-999w3}s ({@first_name/9})",
                  "`st.cache` {@noun/3} {verb_ed}: {~1-900} rows")},
    {"chat_flask",
     SIFT_GEN_ANY(
         "{ip_peer} - - [{time_apache}] \"{method_path} HTTP/1.1\" {status_number} {@reply_bytes/30} \"-\" \"{@user_agent/7}\"",
         "{ip_peer} - - [{time_apache}] \"{method_path} HTTP/1.1\" {status_number} {@reply_bytes/30} "
         "\"https://{owner}-{name}.hf.space/\" \"{@user_agent/9}\"",
         "{ip_peer} - - [{time_apache}] \"{method_path} HTTP/1.1\" {status_number} {@reply_bytes/30} \"-\" \"{@user_agent/7}\"",
         "{ip_peer} - - [{time_apache}] \"{method_path} HTTP/1.1\" {status_number} -", "{!python_log}", "{!python_log}")},
    {"chat_node",
     SIFT_GEN_ANY("{!pino_line/2}", "{!pino_line/2}", "{@first_name/9} {verb_ed} {@noun/4} {@id_short/60}",
                  "{method_path} \033[32m200\033[0m {~1-900}.{@thousandth/20} ms - {@reply_bytes/30}",
                  "{method_path} \033[36m304\033[0m {~1-90}.{@thousandth/20} ms - -",
                  "{method_path} \033[33m404\033[0m {~1-90}.{@thousandth/20} ms - {100-190}",
                  "[{time_second}] {@noun/6}: {verb_ed} {~1-900} {@noun/6}s", "socket {b12} connected ({~1-90} clients)",
                  "socket {b12} disconnected: transport close", "({time_clock}) 💬 {!chat_text/4}")},
    {"pino_line",
     SIFT_GEN_ANY("{{\"level\":30,\"time\":{time_epoch},\"pid\":{@pid},\"hostname\":\"{@host}\",\"reqId\":\"req-{b4}\",\"req\":{{"
                  "\"method\":\"GET\",\"url\":\"{@get_path/7}\",\"remoteAddress\":\"{ip_peer}\",\"remotePort\":{@port_high/"
                  "40}},\"msg\":\"incoming request\"}\n"
                  "{{\"level\":30,\"time\":{time_epoch},\"pid\":{@pid},\"hostname\":\"{@host}\",\"reqId\":\"req-{b4}\",\"res\":{{"
                  "\"statusCode\":{status_number}},\"responseTime\":{~1-900}.{0-999w3},\"msg\":\"request completed\"}",
                  "{{\"level\":30,\"time\":{time_epoch},\"pid\":{@pid},\"hostname\":\"{@host}\",\"msg\":\"{@noun/6} "
                  "{verb_ed}\",\"count\":{~1-9000},\"errors\":[]}")},
    {"host", SIFT_GEN_ANY("r-{owner}-{@word:3}-{@id_short/60}-{x5}-{b5}")},
    {"chat_next",
     SIFT_GEN_ANY(" GET {@get_path/7} {status_number} in {~1-900}ms", " POST {@post_path/5} {status_number} in {~1-900}ms",
                  " ✓ Compiled {@get_path/7} in {~1-900}ms ({300-3000} modules)",
                  " GET /_next/static/chunks/{@noun/9}-{x16}.js {status_number} in {~1-90}ms", "[{@word/4}] {!log_message/6}",
                  "{{\"level\":\"{level_lower}\",\"ts\":\"{time_zulu}\",\"msg\":\"{@noun/5} "
                  "{verb_ed}\",\"path\":\"{@get_path/7}\",\"duration\":{~1-900}}")},
    {"chat_spring",
     SIFT_GEN_ANY(
         "{time_zulu}  INFO 1 --- [nio-7860-exec-{1-10}] c.{@word:3}.{@noun/5}Controller               : {@method/4} {@get_path/7} "
         "from {ip_peer} took {~1-900} ms",
         "{time_zulu}  INFO 1 --- [nio-7860-exec-{1-10}] c.{@word:3}.{@noun/5}Service                  : {@verb_ed/6} {@noun/5} "
         "{~1-90000} for {@first_name/9}",
         "{time_zulu} DEBUG 1 --- [nio-7860-exec-{1-10}] org.hibernate.SQL                        : select "
         "{@letter}1_0.id,{@letter}1_0.{@word/5},{@letter}1_0.{@word/5} from {@noun/4} {@letter}1_0 where {@letter}1_0.id=?",
         "{time_zulu}  WARN 1 --- [l-1 housekeeper] com.zaxxer.hikari.pool.HikariPool        : HikariPool-1 - Thread starvation or "
         "clock leap detected (housekeeper delta={45-90}s{100-990}ms).",
         "{time_zulu}  INFO 1 --- [   scheduling-1] c.{@word:3}.{@noun/5}Job                      : {@verb_ing/4} {~1-900} "
         "{@noun/5}s")},
    {"method", SIFT_GEN_ANY("GET", "POST", "PUT", "GET")},
    {"letter", SIFT_GEN_ANY("a", "c", "m", "t", "u")},
    {"chat_go", SIFT_GEN_ANY("time={time_zulu} level=INFO msg=\"{@noun/5} {@verb_ed/6}\" id={@id_hex12/60} took={~1-900}ms",
                             "time={time_zulu} level=DEBUG msg=\"cache hit\" key={@word/5}:{@id_hex/60} ttl={10-600}s",
                             "{time_slash} {@method/4} {@get_path/7} {status_number} {~1-900}.{@thousandth/20}ms {ip_peer}",
                             "{time_slash} {@method/4} {@get_path/7} {status_number} {~1-900}.{@thousandth/20}ms {ip_peer}",
                             "{time_slash} {@noun/5}: {!log_message/6}",
                             "\033[2m{time_micro}\033[0m \033[32m INFO\033[0m \033[2m{@word:3}::{@noun/4}\033[0m\033[2m:\033[0m "
                             "{!log_message/6} \033[3mid\033[0m\033[2m=\033[0m{@id_hex/60}")},
    {"chat_trainer",
     SIFT_GEN_ANY("{{'loss': {0-2}.{0-999w3}, 'grad_norm': {0-3}.{0-99w2}, 'learning_rate': {@rate/12}, 'epoch': {@epoch/12}}",
                  "{{'loss': {0-2}.{0-999w3}, 'grad_norm': {0-3}.{0-99w2}, 'learning_rate': {@rate/12}, 'epoch': {@epoch/12}}",
                  "{!train_bar}", "{!train_bar}",
                  "{{'eval_loss': {0-2}.{0-999w3}, 'eval_accuracy': 0.{500-999}, 'eval_runtime': {@seconds/9}, "
                  "'eval_samples_per_second': {@per_second/9}, 'epoch': {@epoch/12}}",
                  "[{time}] step {~1-90000} | loss {0-2}.{0-999w3} | lr {@rate/8} | {10-900} ms/step | {~100-90000} tok/s | mem "
                  "{1-79}.{0-9}G",
                  "epoch {1-30} | train {0-1}.{0-999w3} | val {0-1}.{0-999w3} | error rate 0.0{0-99w2} | {1-900}.{0-9}s",
                  "Saving model checkpoint to ./results/checkpoint-{~1-90000}",
                  "Configuration saved in ./results/checkpoint-{~1-90000}/config.json", "{!python_log}")},
    {"train_bar",
     SIFT_GEN_ANY(
         " {@bar_at/40}/{@total} [{@spent/25},  {@per_second/12}it/s]\r {@bar_at/40}/{@total} [{@spent/25},  {@per_second/12}it/s]",
         " {1-99}%|{bar}| {~1-900}/{@total} [{@spent/25},  {1-9}.{0-99w2}s/it, loss={0-3}.{0-999w3}]")},
    {"chat_llm",
     SIFT_GEN_ANY("INFO {time_clock} logger.py:{30-60}] Received request chatcmpl-{@id_long/40}: prompt: '{!chat_text/4}', params: "
                  "SamplingParams(n=1, temperature=0.{0-9}, top_p=0.{80-99}, max_tokens={~16-4096}), lora_request: None.",
                  "INFO {time_clock} metrics.py:{300-500}] Avg prompt throughput: {0-900}.{0-9} tokens/s, Avg generation "
                  "throughput: {0-400}.{0-9} tokens/s, Running: {0-30} reqs, Swapped: 0 reqs, Pending: {0-9} reqs, GPU KV cache "
                  "usage: {0-99}.{0-9}%, CPU KV cache usage: 0.0%.",
                  "INFO {time_clock} async_llm_engine.py:{100-200}] Finished request chatcmpl-{@id_long/40}.", "{uvicorn_access}",
                  "llama_print_timings:        eval time =  {~100-90000}.{0-99w2} ms /   {1-900} runs   ({1-900}.{0-99w2} ms per "
                  "token,    {1-90}.{0-99w2} tokens per second)",
                  "{time_comma} - {@word:3}_server - INFO - Took {~1-60}.{0-99w2} seconds to generate {@noun:2} for {~1-400} words "
                  "using CUDA:0")},
    {"chat_bot",
     SIFT_GEN_ANY(
         "{time_comma} - httpx - INFO - HTTP Request: POST https://api.telegram.org/bot{@token}/getUpdates \"HTTP/1.1 200 OK\"",
         "{time_comma} - httpx - INFO - HTTP Request: POST https://api.telegram.org/bot{@token}/sendMessage \"HTTP/1.1 200 OK\"",
         "{time} INFO     discord.gateway Shard ID None has successfully RESUMED session {@id_long/40}.",
         "[{time_clock}] <{@first_name/30}> {!chat_text/4}", "[{time_clock}] #{@word/5}: {!sentence/3}", "{!python_log}",
         "{!print_line/5}")},
    {"token", SIFT_GEN_ANY("********:*****{b3}")},
    {"chat_jsonlog",
     SIFT_GEN_ANY("{{\"timestamp\":\"{time_micro}\",\"level\":\"{level_lower}\",\"logger\":\"{@logger/"
                  "4}\",\"message\":\"{!log_text/3}\",\"request_id\":\"{@uuid/40}\",\"duration_ms\":{~1-900}}",
                  "{{\"event\":\"{@verb_ed/6} "
                  "{@noun/5}\",\"logger\":\"src.{@word/3}.{@noun/"
                  "4}\",\"level\":\"{level_lower}\",\"timestamp\":\"{time_micro}\",\"filename\":\"{@noun/"
                  "5}.py\",\"func_name\":\"{@verb_ing/4}\",\"lineno\":{@line/12}}",
                  "{{\"timestamp\":\"{time_micro}\",\"level\":\"{level_lower}\",\"logger\":\"{@logger/"
                  "4}\",\"message\":\"{!log_text/3}\",\"user\":\"{@first_name/9}\",\"tokens\":{~1-4000},\"error\":null}",
                  "{{\"ts\":{time_epoch},\"severity\":\"INFO\",\"module\":\"{@noun/5}\",\"message\":\"{!log_text/"
                  "3}\",\"context\":{{\"{@word/5}\":{~1-900},\"{@word/5}\":\"{word}\",\"failed\":0}}")},
    {"log_text", SIFT_GEN_ANY("{@activity/5} {~1-4000} {@unit_of_work/3}s", "{@unit_of_work/3} {b6} {@verb_ed/6}",
                              "{@noun/5} cache hit rate {60-99}.{0-9}%", "{!sentence/3}", "{@verb_ing/4} {@noun/5} {~1-9000}")},
    {"chat_sql",
     SIFT_GEN_ANY("{time_comma} INFO sqlalchemy.engine.Engine BEGIN (implicit)\n"
                  "{time_comma} INFO sqlalchemy.engine.Engine SELECT {@noun/4}s.id, {@noun/4}s.{@word/5}, {@noun/4}s.{@word/5}, "
                  "{@noun/4}s.created_at \n"
                  "FROM {@noun/4}s \n"
                  "WHERE {@noun/4}s.id = %(pk_1)s\n"
                  "{time_comma} INFO sqlalchemy.engine.Engine [cached since {~1-9000}.{0-99w2}s ago] {{'pk_1': {~1-90000}}\n"
                  "{time_comma} INFO sqlalchemy.engine.Engine ROLLBACK",
                  "{time_comma} INFO sqlalchemy.engine.Engine UPDATE {@noun/4}s SET {@word/5}=%({@word/5})s, "
                  "updated_at=%(updated_at)s WHERE {@noun/4}s.id = %({@noun/4}s_id)s\n"
                  "{time_comma} INFO sqlalchemy.engine.Engine [generated in 0.000{10-99}s] {{'{@word/5}': '{word}', "
                  "'{@noun/4}s_id': {~1-90000}}\n"
                  "{time_comma} INFO sqlalchemy.engine.Engine COMMIT",
                  "{uvicorn_access}", "{uvicorn_access}", "{!python_log}")},
    {"chat_scrape",
     SIFT_GEN_ANY("{time_comma} - {@logger/4} - INFO - GET https://www.{@word/9}{@noun/9}.com/{@word/9}/{~1-900} -> "
                  "{status_number} ({~1-900} kB, {~1-9}.{0-99w2}s)",
                  "{time_comma} - {@logger/4} - INFO - {~0-900} of {~900-2000} pages, {~0-90} skipped, {~0-9} retried",
                  "{time_comma} - {@logger/4} - DEBUG - selector .{@noun/6}-{@word/6} matched {~0-90} nodes",
                  "[{time_clock}] {@noun/4} {~1-90000}: {!sentence/3}", "{!print_line/5}")},
    {"rate", SIFT_GEN_ANY("{1-9}.{0-999w3}e-0{4-6}")},
    {"epoch", SIFT_GEN_ANY("{0-9}.{0-99w2}")},
    {"spent", SIFT_GEN_ANY("{0-59w2}:{0-59w2}<{1-9}:{0-59w2}:{0-59w2}", "{0-59w2}:{0-59w2}<{0-59w2}:{0-59w2}")},
    {"total", SIFT_GEN_ANY("{1000-9000}")},
    {"id_hex", SIFT_GEN_ANY("{x8}")},
    {"id_hex12", SIFT_GEN_ANY("{x12}")},
    {"id_short", SIFT_GEN_ANY("{b8}")},
    {"id_long", SIFT_GEN_ANY("{x32}")},
    {"reply_bytes", SIFT_GEN_ANY("{~20-90000}")},
    {"thousandth", SIFT_GEN_ANY("{0-999w3}")},
    {"bar_at", SIFT_GEN_ANY("{1-99}%|{bar}| {~1-900}")},
    {"per_second", SIFT_GEN_ANY("{1-9}.{0-99w2}")},
    {"seconds", SIFT_GEN_ANY("{1-90}.{0-9999w4}")},
    {NULL, NULL},
};
