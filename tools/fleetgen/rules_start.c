/* Run logs up to the moment an app serves. */
#include "tools/fleetgen/tables.h"

const struct sift_gen_source sift_gen_rules_start[] = {
    {"run_header", SIFT_GEN_ANY("===== Application Startup at {time} =====\n"
                                "{wait 800-20000}")},
    {"preamble", SIFT_GEN_ANY("", "", "", "{@notice}",
                              "{@notice}\n"
                              "{@notice:2}",
                              "{tqdm_download}\n"
                              "{tqdm_download}\n"
                              "{tqdm_download}")},
    {"notice",
     SIFT_GEN_ANY(
         "{@app_dir}/{@file_py}:{3-90}: UserWarning: {@py_module} was imported before {@py_module:2}; some {noun} speedups stay "
         "off",
         "/usr/local/lib/python{@py_minor}/site-packages/{@py_module}/utils/{noun}.py:{10-900}: FutureWarning: `{word}_{noun}` is "
         "deprecated and will be removed in version {version}. Use `{noun}_{word}` instead.\n"
         "  warnings.warn(",
         "WARNING ⚠️ user config directory '/.config/{word}' is not writeable, defaulting to '/tmp' or CWD.",
         "The cache for model files has moved to a new layout. Migrating {1-9} entries ...",
         "None of PyTorch, TensorFlow >= 2.0, or Flax have been found. Models won't be available and only tokenizers, "
         "configuration and file/data utilities can be used.",
         "💡 tip: set {@env_name} to silence this message",
         "[{time_clock}] loaded {2-40} settings from environment, {0-9} defaults used",
         "[dotenv@17.{0-3}.{0-9}] injecting env (0) from .env -- tip: ⚙️  override existing env vars with {{ override: true }",
         "I0000 00:00:{time_epoch}.{100000-999999}      {1-90} cpu_feature_guard.cc:210] This TensorFlow binary is optimized to "
         "use available CPU instructions in performance-critical operations.",
         "Some weights of {@model_stem} were not used when initializing the model: ['{word}.{noun}.weight', '{word}.{noun}.bias']",
         "Special tokens have been added in the vocabulary, make sure the associated word embeddings are fine-tuned or trained.",
         "{time_comma} - {@logger} - WARNING - no {word} configured, {verb_ing} with defaults")},
    {"env_name", SIFT_GEN_ANY("HF_HOME", "LOG_LEVEL", "CACHE_DIR", "TOKENIZERS_PARALLELISM", "OMP_NUM_THREADS", "MODEL_NAME")},
    {"logger", SIFT_GEN_ANY("app", "main", "__main__", "{@word:3}.{@noun:3}", "src.{@word:3}.{@noun:3}", "app.core.{@noun:4}",
                            "api.{@noun:4}s", "{@word:3}_service")},
    {"loading", SIFT_GEN_ANY("Loading {@model}...", "{time_comma} - {@logger} - INFO - loading {@model} on {@device}",
                             "Loading checkpoint shards:   0%|          | 0/4 [00:00<?, ?it/s]\rLoading checkpoint shards:  "
                             "50%|█████     | 2/4 [00:0{1-9}<00:0{1-9},  {1-3}.{0-99w2}s/it]\rLoading checkpoint shards: "
                             "100%|██████████| 4/4 [00:{10-40}<00:00,  {1-3}.{0-99w2}s/it]",
                             "✅ {@noun:2} store ready: {10-90000} {@noun:2}s",
                             "[INFO] {@word:3}: {verb_ing} {@noun:2}s from {@app_dir}/data/{@word:4}.json",
                             "Device set to use {@device}", "connected to {@word:5}, pool size {2-20}", "Database tables {verb_ed}",
                             "Running on device: {@device}", "🚀 Starting {name} v{@version}")},
    {"model", SIFT_GEN_ANY("{@model_org:1}/{@model_stem:1}")},
    {"device", SIFT_GEN_ANY("cpu", "cpu", "cuda:0", "cuda")},
    {"start_gradio", SIFT_GEN_ANY("{preamble}\n"
                                  "{*0-3 loading}",
                                  "{*1-4 loading}")},
    {"ready_gradio", SIFT_GEN_ANY("{wait 500-9000}* Running on local URL:  http://0.0.0.0:7860, with SSR ⚡ (experimental, to "
                                  "disable set `ssr_mode=False` in `launch()`)\n"
                                  "* To create a public link, set `share=True` in `launch()`.",
                                  "{wait 500-9000}Running on local URL:  http://0.0.0.0:7860\n"
                                  "\n"
                                  "To create a public link, set `share=True` in `launch()`.",
                                  "{wait 500-9000}* Running on local URL:  http://0.0.0.0:7860\n"
                                  "* To create a public link, set `share=True` in `launch()`.")},
    {"start_streamlit", SIFT_GEN_ANY("\n"
                                     "Collecting usage statistics. To deactivate, set browser.gatherUsageStats to false.\n",
                                     "{preamble}")},
    {"ready_streamlit", SIFT_GEN_ANY("{wait 500-9000}\n"
                                     "  You can now view your Streamlit app in your browser.\n"
                                     "\n"
                                     "  Local URL: http://localhost:7860\n"
                                     "  Network URL: http://10.{16-20}.{0-255}.{0-255}:7860\n"
                                     "  External URL: http://{ip_public}:7860\n",
                                     "{wait 500-9000}\n"
                                     "  You can now view your Streamlit app in your browser.\n"
                                     "\n"
                                     "  URL: http://0.0.0.0:7860\n")},
    {"start_fastapi", SIFT_GEN_ANY("{preamble}\n"
                                   "{*0-3 loading}\n"
                                   "INFO:     Started server process [{1-30}]\n"
                                   "INFO:     Waiting for application startup.",
                                   "INFO:     Started server process [1]\n"
                                   "INFO:     Waiting for application startup.\n"
                                   "{*0-3 loading}",
                                   "INFO:     Will watch for changes in these directories: ['{@app_dir}']\n"
                                   "INFO:     Started server process [{1-30}]\n"
                                   "INFO:     Waiting for application startup.\n"
                                   "{*1-3 loading}")},
    {"ready_fastapi",
     SIFT_GEN_ANY("{wait 300-9000}INFO:     Application startup complete.\n"
                  "INFO:     Uvicorn running on http://0.0.0.0:7860 (Press CTRL+C to quit)",
                  "{wait 300-9000}\033[32mINFO\033[0m:     Application startup complete.\n"
                  "\033[32mINFO\033[0m:     Uvicorn running on \033[1mhttp://0.0.0.0:7860\033[0m (Press CTRL+C to quit)")},
    {"start_flask", SIFT_GEN_ANY("[{time} +0000] [1] [INFO] Starting gunicorn 2{0-3}.{0-1}.0",
                                 "[{time} +0000] [1] [INFO] Starting gunicorn 2{0-3}.{0-1}.0\n"
                                 "{preamble}")},
    {"ready_flask", SIFT_GEN_ANY("[{time} +0000] [1] [INFO] Listening at: http://0.0.0.0:7860 (1)\n"
                                 "[{time} +0000] [1] [INFO] Using worker: {worker_class}\n"
                                 "[{time} +0000] [{@pid}] [INFO] Booting worker with pid: {@pid}\n"
                                 "{*0-3 loading}",
                                 "{*0-2 loading}\n"
                                 "[{time} +0000] [1] [INFO] Listening at: http://0.0.0.0:7860 (1)\n"
                                 "[{time} +0000] [1] [INFO] Using worker: {worker_class}\n"
                                 "[{time} +0000] [{@pid}] [INFO] Booting worker with pid: {@pid}")},
    {"worker_class", SIFT_GEN_ANY("sync", "gthread", "gevent", "uvicorn.workers.UvicornWorker")},
    {"pid", SIFT_GEN_ANY("{6-40}")},
    {"start_node",
     SIFT_GEN_ANY(
         "\n"
         "> {@word:7}-{@noun:7}@{@version} start\n"
         "> node {@file_js}\n",
         "{preamble}",
         "\n"
         "> {@word:7}@{@version} start\n"
         "> node --enable-source-maps dist/{@file_js}\n"
         "\n"
         "Prisma schema loaded from prisma/schema.prisma\n"
         "Datasource \"db\": PostgreSQL database \"{@word:8}\", schema \"public\" at \"{@word:8}.{@region}.aws.neon.tech\"\n"
         "\n"
         "{2-30} migrations found in prisma/migrations\n"
         "\n"
         "No pending migrations to apply.")},
    {"file_js", SIFT_GEN_ANY("server.js", "index.js", "app.js", "src/index.js", "main.js")},
    {"region", SIFT_GEN_ANY("us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-1", "us-west-2")},
    {"ready_node", SIFT_GEN_ANY("{wait 300-4000}Server listening on port 7860", "{wait 300-4000}🚀 Server running on port 7860",
                                "{wait 300-4000}[{time_clock}] {@word:7} listening on http://0.0.0.0:7860",
                                "{wait 300-4000}Server is running at http://0.0.0.0:7860")},
    {"start_next", SIFT_GEN_ANY("\n"
                                "> {@word:7}-web@{@version} start\n"
                                "> next start -p 7860\n",
                                "{preamble}")},
    {"ready_next", SIFT_GEN_ANY("   ▲ Next.js {13-15}.{0-5}.{0-9}\n"
                                "   - Local:        http://localhost:7860\n"
                                "   - Network:      http://0.0.0.0:7860\n"
                                "\n"
                                " ✓ Starting...\n"
                                "{wait 200-3000} ✓ Ready in {200-2900}ms")},
    {"start_spring",
     SIFT_GEN_ANY("\n"
                  "  .   ____          _            __ _ _\n"
                  " /\\\\ / ___'_ __ _ _(_)_ __  __ _ \\ \\ \\ \\\n"
                  "( ( )\\___ | '_ | '_| | '_ \\/ _` | \\ \\ \\ \\\n"
                  " \\\\/  ___)| |_)| | | | | || (_| |  ) ) ) )\n"
                  "  '  |____| .__|_| |_|_| |_\\__, | / / / /\n"
                  " =========|_|==============|___/=/_/_/_/\n"
                  " :: Spring Boot ::                (v3.{0-4}.{0-9})\n"
                  "\n"
                  "{time_zulu}  INFO 1 --- [           main] com.{@word:3}.Application                : Starting Application "
                  "v{@version} using Java {17-21}.0.{1-19} with PID 1 (/app/app.jar started by root in /app)\n"
                  "{time_zulu}  INFO 1 --- [           main] com.{@word:3}.Application                : The following 1 profile is "
                  "active: \"prod\"\n"
                  "{wait 900-9000}{time_zulu}  INFO 1 --- [           main] .s.d.r.c.RepositoryConfigurationDelegate : "
                  "Bootstrapping Spring Data JPA repositories in DEFAULT mode.\n"
                  "{time_zulu}  INFO 1 --- [           main] .s.d.r.c.RepositoryConfigurationDelegate : Finished Spring Data "
                  "repository scanning in {20-900} ms. Found {2-40} JPA repository interfaces.")},
    {"ready_spring", SIFT_GEN_ANY("{time_zulu}  INFO 1 --- [           main] o.s.b.w.embedded.tomcat.TomcatWebServer  : Tomcat "
                                  "started on port 7860 (http) with context path '/'\n"
                                  "{time_zulu}  INFO 1 --- [           main] com.{@word:3}.Application                : Started "
                                  "Application in {4-40}.{0-999w3} seconds (process running for {5-50}.{0-999w3})")},
    {"start_go", SIFT_GEN_ANY("{time_slash} config: {2-30} keys from environment\n"
                              "{time_slash} store: opened /data/{@word:3}.db in {2-90}ms",
                              "time={time_zulu} level=INFO msg=\"starting {name}\" version={@version} commit={x7}\n"
                              "time={time_zulu} level=INFO msg=\"cache ready\" entries={0-9000}")},
    {"ready_go", SIFT_GEN_ANY("{time_slash} listening on 0.0.0.0:7860",
                              "time={time_zulu} level=INFO msg=\"server listening\" addr=0.0.0.0:7860")},
    {"start_trainer", SIFT_GEN_ANY("{*1-3 loading}\n"
                                   "***** Running training *****\n"
                                   "  Num examples = {~1000-900000}\n"
                                   "  Num Epochs = {1-20}\n"
                                   "  Instantaneous batch size per device = {1-64}\n"
                                   "  Gradient Accumulation steps = {1-16}\n"
                                   "  Total optimization steps = {~500-90000}\n"
                                   "  Number of trainable parameters = {1-900},{100-999},{100-999}",
                                   "{preamble}\n"
                                   "{*1-3 loading}\n"
                                   "trainable params: {1-90},{100-999},{100-999} || all params: "
                                   "{1-8},{100-999},{100-999},{100-999} || trainable%: {0-1}.{1000-9999}")},
    {"start_quiet", SIFT_GEN_ANY("{*1-4 loading}")},
    {NULL, NULL},
};
