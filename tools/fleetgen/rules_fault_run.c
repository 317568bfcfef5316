/* Failing starts, failing requests, and the Hub's own messages. */
#include "tools/fleetgen/tables.h"

const struct sift_gen_source sift_gen_rules_fault_run[] = {
    {"err_indent", SIFT_GEN_ANY("  File \"{@app_dir}/{@file_py}\", line {=line}\n"
                                "    {code}\n"
                                "    ^\n"
                                "IndentationError: expected an indented block after function definition on line {=line}",
                                "  File \"{@app_dir}/{word}/{noun}.py\", line {=line}\n"
                                "    {code}\n"
                                "IndentationError: unexpected indent",
                                "  File \"{@app_dir}/{@file_py}\", line {=line}\n"
                                "    {noun} = {word}({noun}\n"
                                "                  ^\n"
                                "SyntaxError: '(' was never closed",
                                "  File \"{@app_dir}/{@file_py}\", line {=line}\n"
                                "    def {word}({noun})\n"
                                "                     ^\n"
                                "SyntaxError: expected ':'")},
    {"err_name", SIFT_GEN_ANY("NameError: name '{word}_{noun}' is not defined",
                              "AttributeError: type object '{word}' has no attribute '{noun}_{word}'",
                              "TypeError: {word}_{noun}() missing 1 required positional argument: '{noun}'",
                              "TypeError: Can't instantiate abstract class {word} with abstract method {noun}",
                              "AttributeError: 'NoneType' object has no attribute '{noun}'")},
    {"err_handler",
     SIFT_GEN_ANY("ValueError: Unable to configure handler '{handler}'", "ValueError: Unable to configure handler '{handler}'")},
    {"handler", SIFT_GEN_ANY("file", "rotating_file", "{word}", "syslog")},
    {"err_supervisor", SIFT_GEN_ANY("Error: .ini file does not include supervisord section\n"
                                    "For help, use /usr/bin/supervisord -h")},
    {"plat_exit_1", SIFT_GEN_ANY("Space failed to start. Exit code: 1", "Runtime error\n"
                                                                        "Space failed to start. Exit code: 1")},
    {"err_port_98",
     SIFT_GEN_ANY("ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 7860): address already in use",
                  "ERROR:    [Errno 98] error while attempting to bind on address ('0.0.0.0', 7860):\n"
                  "          [errno 98] address already in use")},
    {"err_port_range",
     SIFT_GEN_ANY("OSError: Cannot find empty port in range: 7860-7860. You can specify a different port by setting the "
                  "GRADIO_SERVER_PORT environment variable or passing the `server_port` parameter to `launch()`.",
                  "OSError: All ports from 7860 to 7860 are in use. Please close a port.")},
    {"err_port_node", SIFT_GEN_ANY("node:events:{400-500}\n"
                                   "      throw er; // Unhandled 'error' event\n"
                                   "      ^\n"
                                   "\n"
                                   "Error: listen EADDRINUSE: address already in use 0.0.0.0:7860\n"
                                   "    at Server.setupListenHandle [as _listen2] (node:net:{1800-1990}:16)\n"
                                   "    at listenInCluster (node:net:{1900-1999}:12) {{\n"
                                   "  code: 'EADDRINUSE',\n"
                                   "  errno: -98,\n"
                                   "  syscall: 'listen',\n"
                                   "  address: '0.0.0.0',\n"
                                   "  port: 7860\n"
                                   "}")},
    {"err_wrong_port",
     SIFT_GEN_ANY(
         "INFO:     Started server process [1]\n"
         "INFO:     Waiting for application startup.\n"
         "INFO:     Application startup complete.\n"
         "INFO:     Uvicorn running on http://{wrong_bind} (Press CTRL+C to quit)",
         " * Serving Flask app '{@word:3}'\n"
         " * Debug mode: off\n"
         "WARNING: This is a development server. Do not use it in a production deployment. Use a production WSGI server instead.\n"
         " * Running on http://127.0.0.1:{wrong_port}\n"
         "Press CTRL+C to quit",
         "[{time} +0000] [1] [INFO] Starting gunicorn 2{0-3}.{0-1}.0\n"
         "[{time} +0000] [1] [INFO] Listening at: http://127.0.0.1:8000 (1)\n"
         "[{time} +0000] [1] [INFO] Using worker: sync")},
    {"wrong_bind", SIFT_GEN_ANY("127.0.0.1:7860", "127.0.0.1:8000", "0.0.0.0:8000", "0.0.0.0:8080", "localhost:8000")},
    {"wrong_port", SIFT_GEN_ANY("5000", "5000", "8000", "8080", "3000")},
    {"err_module", SIFT_GEN_ANY("ModuleNotFoundError: No module named '{py_module}'")},
    {"err_own_module",
     SIFT_GEN_ANY("ModuleNotFoundError: No module named '{word}.{noun}_{word}'",
                  "ModuleNotFoundError: No module named '{word}_{noun}'", "ModuleNotFoundError: No module named 'src.{word}'")},
    {"err_hffolder",
     SIFT_GEN_ANY(
         "ImportError: cannot import name 'HfFolder' from 'huggingface_hub' ({@site}/huggingface_hub/__init__.py)",
         "ImportError: cannot import name 'cached_download' from 'huggingface_hub' ({@site}/huggingface_hub/__init__.py)")},
    {"err_audioop", SIFT_GEN_ANY("ModuleNotFoundError: No module named 'audioop'\n"
                                 "\n"
                                 "During handling of the above exception, another exception occurred:\n"
                                 "\n"
                                 "Traceback (most recent call last):\n"
                                 "{frame_main}\n"
                                 "ModuleNotFoundError: No module named 'pyaudioop'",
                                 "ModuleNotFoundError: No module named 'pyaudioop'")},
    {"err_numpy", SIFT_GEN_ANY("ValueError: numpy.dtype size changed, may indicate binary incompatibility. Expected 96 from C "
                               "header, got 88 from PyObject",
                               "RuntimeError: Numpy is not available",
                               "A module that was compiled using NumPy 1.x cannot be run in\n"
                               "NumPy 2.{0-3}.{0-6} as it may crash. To support both 1.x and 2.x\n"
                               "versions of NumPy, modules must be compiled with NumPy 2.0.\n"
                               "AttributeError: _ARRAY_API not found\n"
                               "ImportError: numpy.core.multiarray failed to import")},
    {"err_httpx", SIFT_GEN_ANY("TypeError: AsyncConnectionPool.__init__() got an unexpected keyword argument 'socket_options'")},
    {"slow_start", SIFT_GEN_ANY("{time_comma} - {@logger} - INFO - applying migration {1-900w4}_{word}_{noun}",
                                "{@verb_ing:3} {@noun:3} index: {1-40}% of {1-9} million rows", "{tqdm_download}",
                                "[{time_clock}] still {@verb_ing:3} {@noun:3}s ({~1-900} of {1000-9000})")},
    {"err_slow", SIFT_GEN_ANY("{*4-40 slow_start}")},
    {"plat_launch", SIFT_GEN_ANY("Launch timed out, workload was not healthy after 30 min",
                                 "Launch timed out, workload was not healthy after 30 min",
                                 "Launch timed out, space was not healthy after 30 min")},
    {"err_exited", SIFT_GEN_ANY("{@noun:2}: {sentence}\n"
                                "done.",
                                "All {word} tests passed", "Demo object created, call launch() to start", "{sentence}")},
    {"plat_exited", SIFT_GEN_ANY("Exit code: 0. Reason: application does not seem to be initialized",
                                 "Runtime error\n"
                                 "Exit code: 0. Reason: application does not seem to be initialized")},
    {"plat_oom", SIFT_GEN_ANY("Memory limit exceeded ({gib}Gi)", "Runtime error\n"
                                                                 "Memory limit exceeded ({gib}Gi)")},
    {"gib", SIFT_GEN_ANY("16", "16", "16", "32", "15", "46")},
    {"plat_disk",
     SIFT_GEN_ANY("Workload evicted, storage limit exceeded ({disk}G)", "Runtime error\n"
                                                                        "Workload evicted, storage limit exceeded ({disk}G)")},
    {"disk", SIFT_GEN_ANY("50", "50", "100", "110")},
    {"err_cuda_oom",
     SIFT_GEN_ANY("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate {20-990}.00 MiB. GPU 0 has a total capacity of "
                  "{14-79}.{0-99w2} GiB of which {2-90}.{0-99w2} MiB is free. Including non-PyTorch memory, this process has "
                  "{14-79}.{0-99w2} GiB memory in use. Of the allocated memory {10-70}.{0-99w2} GiB is allocated by PyTorch, and "
                  "{20-900}.{0-99w2} MiB is reserved by PyTorch but unallocated.",
                  "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate {1-9}.{0-99w2} GiB (GPU 0; {14-79}.{0-99w2} "
                  "GiB total capacity; {10-70}.{0-99w2} GiB already allocated; {2-900}.{0-99w2} MiB free; {10-70}.{0-99w2} GiB "
                  "reserved in total by PyTorch)")},
    {"err_driver",
     SIFT_GEN_ANY("RuntimeError: Found no NVIDIA driver on your system. Please check that you have an NVIDIA GPU and installed a "
                  "driver from http://www.nvidia.com/Download/index.aspx",
                  "RuntimeError: The NVIDIA driver on your system is too old (found version {11000-12020}). Please update your GPU "
                  "driver by downloading and installing a new version from the URL: http://www.nvidia.com/Download/index.aspx",
                  "RuntimeError: CUDA driver version is insufficient for CUDA runtime version")},
    {"plat_zero_none", SIFT_GEN_ANY("Exit code: 3. Reason: No @spaces.GPU function detected during startup")},
    {"err_zero_main",
     SIFT_GEN_ANY("RuntimeError: CUDA must not be initialized in the main process on Spaces with Stateless GPU environment.\n"
                  "You can look at this Stacktrace to find out which part of your code triggered a CUDA init")},
    {"err_zero_init", SIFT_GEN_ANY("RuntimeError: Error while initializing ZeroGPU: Unknown")},
    {"err_zero_quota",
     SIFT_GEN_ANY("gradio.exceptions.Error: 'You have exceeded your GPU quota ({=asked}s requested vs. {0-59}s left). <a "
                  "style=\"white-space: nowrap;\" href=\"https://huggingface.co/join\">Create a free account</a> to get more daily "
                  "usage quota.'",
                  "[{time_clock}] ERROR You have exceeded your GPU quota ({=asked}s requested vs. {0-59}s left).",
                  "spaces.zero.gradio.HTMLError: No GPU was available after 60s", "gradio.exceptions.Error: 'GPU task aborted'")},
    {"asked", SIFT_GEN_ANY("60", "120", "180", "90")},
    {"err_hub_timeout",
     SIFT_GEN_ANY(
         "requests.exceptions.ReadTimeout: (ReadTimeoutError(\"HTTPSConnectionPool(host='huggingface.co', port=443): Read timed "
         "out. (read timeout=10)\"), '(Request ID: {uuid})')",
         "requests.exceptions.ConnectTimeout: (MaxRetryError(\"HTTPSConnectionPool(host='cdn-lfs.huggingface.co', port=443): Max "
         "retries exceeded with url: /repos/{x2}/{x2}/{x64} (Caused by ConnectTimeoutError(timed out))\"), '(Request ID: {uuid})')",
         "RuntimeError: Data processing error: CAS service error : Reqwest Error: error sending request for url "
         "(https://cas-server.xethub.hf.co/reconstruction/{x64}): cas-server.xethub.hf.co timed out")},
    {"err_hub_504", SIFT_GEN_ANY("requests.exceptions.HTTPError: 504 Server Error: Gateway Timeout for url: "
                                 "https://huggingface.co/api/models/{$model_org}/{$model_stem}/tree/main\n"
                                 "\n"
                                 "The above exception was the direct cause of the following exception:\n"
                                 "\n"
                                 "Traceback (most recent call last):\n"
                                 "{frame_main}\n"
                                 "huggingface_hub.errors.HfHubHTTPError: 504 Server Error: Gateway Timeout for url: "
                                 "https://huggingface.co/api/models/{$model_org}/{$model_stem}/tree/main")},
    {"err_model_id", SIFT_GEN_ANY("OSError: {$model_org}/{$model_stem}-{word} is not a local folder and is not a valid model "
                                  "identifier listed on 'https://huggingface.co/models'\n"
                                  "If this is a private repository, make sure to pass a token having permission to this repo "
                                  "either by logging in with `hf auth login` or by passing `token=<your_token>`")},
    {"err_gated",
     SIFT_GEN_ANY("OSError: You are trying to access a gated repo.\n"
                  "Make sure to have access to it at https://huggingface.co/{$model_org}/{$model_stem}.\n"
                  "403 Client Error. (Request ID: Root=1-{x8}-{x24};{uuid})\n"
                  "\n"
                  "Cannot access gated repo for url https://huggingface.co/{$model_org}/{$model_stem}/resolve/main/config.json.\n"
                  "Access to model {$model_org}/{$model_stem} is restricted and you are not in the authorized list. Visit "
                  "https://huggingface.co/{$model_org}/{$model_stem} to ask for access.",
                  "huggingface_hub.errors.GatedRepoError: 401 Client Error. (Request ID: Root=1-{x8}-{x24};{uuid})\n"
                  "\n"
                  "Cannot access gated repo for url https://huggingface.co/{$model_org}/{$model_stem}/resolve/main/config.json.\n"
                  "Access to model {$model_org}/{$model_stem} is restricted. You must have access to it and be authenticated to "
                  "access it. Please log in.")},
    {"err_token",
     SIFT_GEN_ANY(
         "huggingface_hub.errors.HfHubHTTPError: 401 Client Error: Unauthorized for url: https://huggingface.co/api/whoami-v2 "
         "(Request ID: Root=1-{x8}-{x24};{uuid})\n"
         "\n"
         "Invalid credentials in Authorization header",
         "huggingface_hub.errors.HfHubHTTPError: 403 Forbidden: you must use a write token to upload to a repository. (Request ID: "
         "Root=1-{x8}-{x24};{uuid})\n"
         "401 Client Error: Unauthorized for url: https://huggingface.co/api/datasets/{owner}/{$dataset_stem}/commit/main\n"
         "Invalid username or password.")},
    {"err_api_key", SIFT_GEN_ANY("ValueError: {secret} is not set. Add it in the Space's settings.",
                                 "ValueError: {secret} environment variable not set", "KeyError: '{secret}'",
                                 "openai.OpenAIError: The api_key client option must be set either by passing api_key to the "
                                 "client or by setting the OPENAI_API_KEY environment variable",
                                 "RuntimeError: Missing required environment variable: {secret}")},
    {"secret", SIFT_GEN_ANY("OPENAI_API_KEY", "GROQ_API_KEY", "ANTHROPIC_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY",
                            "PINECONE_API_KEY", "TAVILY_API_KEY", "TELEGRAM_BOT_TOKEN", "SUPABASE_KEY")},
    {"err_bearer", SIFT_GEN_ANY("httpx.LocalProtocolError: Illegal header value b'Bearer '",
                                "httpcore.LocalProtocolError: Illegal header value b'Bearer {bad_header}'",
                                "ValueError: signing_secret must not be empty.")},
    {"bad_header", SIFT_GEN_ANY(" ", "\\\\n")},
    {"err_no_file", SIFT_GEN_ANY("FileNotFoundError: [Errno 2] No such file or directory: '{word}/{noun}.{file_end}'",
                                 "FileNotFoundError: [Errno 2] No such file or directory: '{@app_dir}/data/{word}_{noun}.csv'",
                                 "FileNotFoundError: [Errno 2] No such file or directory: 'model/{word}.pkl'")},
    {"err_no_entry", SIFT_GEN_ANY("python: can't open file '{@app_dir}/{@file_py}': [Errno 2] No such file or directory",
                                  "Usage: streamlit run [OPTIONS] TARGET [ARGS]...\n"
                                  "Try 'streamlit run --help' for help.\n"
                                  "\n"
                                  "Error: Invalid value: File does not exist: {@file_py}")},
    {"err_nltk", SIFT_GEN_ANY("LookupError: \n"
                              "**********************************************************************\n"
                              "  Resource {nltk} not found.\n"
                              "  Please use the NLTK Downloader to obtain the resource:\n"
                              "\n"
                              "  >>> import nltk\n"
                              "  >>> nltk.download('{nltk}')\n"
                              "\n"
                              "  Searched in:\n"
                              "    - '/home/user/nltk_data'\n"
                              "    - '/usr/local/nltk_data'\n"
                              "**********************************************************************")},
    {"nltk", SIFT_GEN_ANY("punkt_tab", "punkt_tab", "stopwords", "wordnet")},
    {"plat_no_app",
     SIFT_GEN_ANY("This Space is missing an app file. An app file is required for the Space to build and run properly.")},
    {"err_permission",
     SIFT_GEN_ANY("PermissionError: [Errno 13] Permission denied: '{denied}'", "OSError: [Errno 13] Permission denied: '{denied}'",
                  "PermissionError: [Errno 13] Permission denied: '{denied}'")},
    {"denied", SIFT_GEN_ANY("/app/{word}.db", "/.cache", "/app/.cache/models--{$model_org}--{$model_stem}", "/code/logs/{noun}.log",
                            "/data/{word}.json", "/home/user/.cache/{word}", "{noun}s")},
    {"err_gitconfig", SIFT_GEN_ANY("error: could not lock config file //.gitconfig: Permission denied")},
    {"err_kwarg", SIFT_GEN_ANY("TypeError: Blocks.launch() got an unexpected keyword argument '{launch_arg}'",
                               "TypeError: {widget}.__init__() got an unexpected keyword argument '{widget_arg}'",
                               "TypeError: webrtc_streamer() got an unexpected keyword argument '{word}'",
                               "AttributeError: module 'streamlit' has no attribute 'experimental_rerun'",
                               "AttributeError: module 'gradio' has no attribute 'inputs'")},
    {"launch_arg", SIFT_GEN_ANY("theme", "css", "enable_queue", "show_tips", "concurrency_count")},
    {"widget", SIFT_GEN_ANY("Chatbot", "Textbox", "Image", "Audio", "Slider", "ChatInterface")},
    {"widget_arg", SIFT_GEN_ANY("source", "show_copy_button", "retry_btn", "tool", "bubble_full_width")},
    {"err_bool", SIFT_GEN_ANY("TypeError: argument of type 'bool' is not iterable\n"
                              "\n"
                              "During handling of the above exception, another exception occurred:\n"
                              "\n"
                              "Traceback (most recent call last):\n"
                              "{frame_main}\n"
                              "ValueError: When localhost is not accessible, a shareable link must be created. Please set "
                              "share=True or check your proxy settings to allow access to localhost.",
                              "ValueError: When localhost is not accessible, a shareable link must be created. Please set "
                              "share=True or check your proxy settings to allow access to localhost.")},
    {"err_prisma", SIFT_GEN_ANY("Error: P1001: Can't reach database server at `{@word:8}.{@region}.aws.neon.tech:5432`\n"
                                "\n"
                                "Please make sure your database server is running at `{@word:8}.{@region}.aws.neon.tech:5432`.")},
    {"err_dns",
     SIFT_GEN_ANY("requests.exceptions.ConnectionError: HTTPSConnectionPool(host='api.{word}.com', port=443): Max retries exceeded "
                  "with url: /v1/{noun} (Caused by NameResolutionError(\"<urllib3.connection.HTTPSConnection object at 0x{x12}>: "
                  "Failed to resolve 'api.{word}.com' ([Errno -2] Name or service not known)\"))",
                  "socket.gaierror: [Errno -2] Name or service not known",
                  "sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) could not translate host name "
                  "\"db.{b20}.supabase.co\" to address: Name or service not known")},
    {"err_database",
     SIFT_GEN_ANY("pymongo.errors.ServerSelectionTimeoutError: {@word:8}-shard-00-0{0-2}.{b5}.mongodb.net:27017: timed out "
                  "(configured timeouts: socketTimeoutMS: 20000.0ms, connectTimeoutMS: 20000.0ms), Timeout: 30s",
                  "psycopg2.OperationalError: connection to server at \"{@word:8}.{@region}.rds.amazonaws.com\", port 5432 failed: "
                  "Connection timed out\n"
                  "	Is the server running on that host and accepting TCP/IP connections?")},
    {"err_external_request",
     SIFT_GEN_ANY("ERROR:{@logger}:❌ {@word:5} API failed: [Errno -2] Name or service not known",
                  "openai.NotFoundError: Error code: 404 - {{'error': {{'message': 'The model `{word}-{noun}-{1-9}` does not exist "
                  "or you do not have access to it.', 'type': 'invalid_request_error', 'code': 'model_not_found'}}",
                  "PrismaClientInitializationError: Can't reach database server at `{@word:8}.{@region}.aws.neon.tech:5432`")},
    {"err_asgi", SIFT_GEN_ANY("INFO:     {@peer/50} - \"POST {@post_path:1} HTTP/1.1\" 500 Internal Server Error\n"
                              "ERROR:    Exception in ASGI application\n"
                              "{traceback_request}\n"
                              "{request_error}")},
    {"err_wsgi", SIFT_GEN_ANY("[{time_comma}] ERROR in app: Exception on {@post_path:1} [POST]\n"
                              "{traceback_request}\n"
                              "{request_error}\n"
                              "{ip_peer} - - [{time_apache}] \"POST {@post_path:1} HTTP/1.1\" 500 265 \"-\" \"{@user_agent/7}\"")},
    {"err_gradio", SIFT_GEN_ANY("{traceback_request}\n"
                                "{request_error}")},
    {"request_error", SIFT_GEN_ANY("NameError: name '{@word:6}' is not defined", "KeyError: '{@noun:6}'",
                                   "TypeError: unsupported operand type(s) for +: 'int' and 'str'",
                                   "ValueError: could not convert string to float: '{word}'",
                                   "AttributeError: 'NoneType' object has no attribute '{@noun:6}'",
                                   "IndexError: list index out of range", "ZeroDivisionError: division by zero",
                                   "psycopg2.errors.ForeignKeyViolation: update or delete on table \"{@noun:6}\" violates foreign "
                                   "key constraint \"{@noun:6}_{@word:6}_id_fkey\" on table \"{@noun:7}\"")},
    {"plat_containerd",
     SIFT_GEN_ANY("Exit code: 128. Reason: failed to create containerd task: failed to create shim task: {containerd}",
                  "Runtime error\n"
                  "Exit code: 128. Reason: failed to create containerd task: failed to create shim task: {containerd}",
                  "Initialization step 'hf-mount' failed: {mount}")},
    {"containerd", SIFT_GEN_ANY("context canceled", "context deadline exceeded: unknown",
                                "OCI runtime create failed: runc create failed: unable to start container process: unknown")},
    {"mount", SIFT_GEN_ANY("timed out waiting for the mount", "exit status 1", "transport endpoint is not connected")},
    {"plat_no_logs", SIFT_GEN_ANY("Failed to retrieve error logs: SSE is not enabled",
                                  "Failed to retrieve error logs: Failed to initialize stream (code 404)", "No logs available",
                                  "Failed to retrieve error logs: signal is aborted without reason")},
    {"plat_storage", SIFT_GEN_ANY("batch response: Repository storage limit reached (Max: 1 GB)\n"
                                  "error: failed to push some refs to 'https://huggingface.co/spaces/{space}'",
                                  "Uploading LFS objects:  {3-90}% ({10-90}/{91-900}), 1.0 GB | {1-90} MB/s\n"
                                  "batch response: Repository storage limit reached (Max: 1 GB)")},
    {"plat_clone", SIFT_GEN_ANY("Build error: Error while cloning repository", "Build error\n"
                                                                               "Error while cloning repository")},
    {"plat_capacity", SIFT_GEN_ANY("Scheduling failure: not enough hardware capacity", "Scheduling failure: unable to schedule",
                                   "Runtime error\n"
                                   "Scheduling failure: not enough hardware capacity",
                                   "Runtime error\n"
                                   "Scheduling failure: unable to schedule")},
    {"plat_503", SIFT_GEN_ANY("503 Something went wrong when restarting this Space.\n"
                              "Request ID: Root=1-{x8}-{x24}",
                              "503 Service Unavailable\n"
                              "Your space is in error, check its status on hf.co",
                              "Something went wrong when restarting this Space.\n"
                              "Request ID: Root=1-{x8}-{x24}")},
    {"plat_policy",
     SIFT_GEN_ANY("Something went wrong when restarting this Space\n"
                  "Blocked by abuse-handler by rule: {word}",
                  "Flagged as abusive", "Blocked by abuse-handler by rule: {word}", "This hardware requires a PRO subscription")},
    {"plat_readme", SIFT_GEN_ANY("Missing configuration in README", "CONFIG_ERROR: Missing configuration in README",
                                 "CONFIG_ERROR: torch version in requirements.txt is not compatible with ZeroGPU")},
    {"plat_push", SIFT_GEN_ANY("remote: Your push was rejected because it contains binary files.\n"
                               "remote: Please use https://huggingface.co/docs/hub/xet to store binary files.\n"
                               "remote: Offending files:\n"
                               "remote:   - {word}/{noun}.{file_end} (ref: refs/heads/main)\n"
                               "To https://huggingface.co/spaces/{space}\n"
                               " ! [remote rejected] main -> main (pre-receive hook declined)",
                               "remote: Password authentication in git is no longer supported. You must use a user access token or "
                               "an SSH key instead. See https://huggingface.co/blog/password-git-deprecation\n"
                               "fatal: Authentication failed for 'https://huggingface.co/spaces/{space}/'",
                               "remote: -------------------------------------------------------------------------\n"
                               "remote: Your push was rejected because it contains files larger than 10 MiB.\n"
                               "remote: Please use https://git-lfs.github.com/ to store large files.\n"
                               "remote: Offending files:\n"
                               "remote:   - {word}.{file_end} (ref: refs/heads/main)\n"
                               "remote: -------------------------------------------------------------------------\n"
                               " ! [remote rejected] main -> main (pre-receive hook declined)\n"
                               "error: failed to push some refs to 'https://huggingface.co/spaces/{space}'")},
    {"err_node", SIFT_GEN_ANY("[{time_second}] Error while handling POST {@post_path:1}\n"
                              "TypeError: Cannot read properties of undefined (reading '{@noun:6}')\n"
                              "    at {word} (/app/{word}/{noun}.js:{5-900}:{1-60})\n"
                              "    at process.processTicksAndRejections (node:internal/process/task_queues:{90-105}:5)\n"
                              "    at async {noun} (/app/{word}/{noun}.js:{5-900}:{1-60})",
                              "⨯ unhandledRejection: TypeError: fetch failed\n"
                              "    at node:internal/deps/undici/undici:{10000-14000}:{1-13}\n"
                              "    at async {noun} (/app/.next/server/app/{word}/route.js:1:{100-9000})",
                              "TypeError: {word}.{noun} is not a function\n"
                              "    at {word} (/app/src/{word}.js:{5-900}:{1-60})\n"
                              "    at Layer.handle [as handle_request] (/app/node_modules/express/lib/router/layer.js:95:5)\n"
                              "    at next (/app/node_modules/express/lib/router/route.js:149:13)")},
    {"err_spring",
     SIFT_GEN_ANY(
         "{time_zulu} ERROR 1 --- [nio-7860-exec-{1-10}] o.a.c.c.C.[.[.[/].[dispatcherServlet]    : Servlet.service() for servlet "
         "[dispatcherServlet] in context with path [] threw exception [Request processing failed: {java_error}] with root cause\n"
         "\n"
         "{java_error}\n"
         "	at com.{@word:3}.{noun}.{word}(Service.java:{5-900}) ~[!/:{@version}]\n"
         "	at java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(Unknown Source) ~[na:na]")},
    {"java_error", SIFT_GEN_ANY("java.lang.NullPointerException: Cannot invoke \"String.length()\" because \"{word}\" is null",
                                "java.lang.IllegalArgumentException: {word} must not be null")},
    {"err_go",
     SIFT_GEN_ANY("{time_slash} http: panic serving {@peer/50}: runtime error: invalid memory address or nil pointer dereference\n"
                  "goroutine {10-9000} [running]:\n"
                  "net/http.(*conn).serve.func1()\n"
                  "	/usr/local/go/src/net/http/server.go:{1800-1990} +0xbe",
                  "{time_slash} http: panic serving {@peer/50}: runtime error: index out of range [{1-9}] with length 0\n"
                  "goroutine {10-9000} [running]:\n"
                  "main.(*server).{word}(0xc{x9}, {{0x{x6}, 0xc{x9}})\n"
                  "	/src/cmd/server/{noun}.go:{5-900} +0x1{x2}")},
    {NULL, NULL},
};
