/* Build logs: the Hub's rendering of BuildKit, and what pip, uv, apt, npm and Maven print in it. */
#include "tools/fleetgen/tables.h"

const struct sift_gen_source sift_gen_rules_build[] = {
    {"version",
     SIFT_GEN_ANY("{0-9}.{0-30}.{0-12}", "{1-4}.{0-30}.{0-9}", "{0-2}.{0-40}.{0-4}", "{1-25}.{0-9}", "{20-25}.{1-12}.{0-3}")},
    {"pip_spec", SIFT_GEN_ANY("", "", "=={version}", "=={version}", ">={0-6}.{0-20}", "<{2-6},>={0-1}.{0-40}", "~={version}")},
    {"size",
     SIFT_GEN_ANY("{1-999}.{0-9} kB", "{1-999} kB", "{1-99}.{0-9} MB", "{1-99}.{0-9} MB", "{100-999} bytes", "{100-890}.{0-9} MB")},
    {"platform_tag",
     SIFT_GEN_ANY("py3-none-any", "py3-none-any", "py2.py3-none-any",
                  "{@py_tag}-{@py_tag}-manylinux_2_17_x86_64.manylinux2014_x86_64", "{@py_tag}-{@py_tag}-manylinux_2_28_x86_64",
                  "{@py_tag}-{@py_tag}-manylinux1_x86_64.manylinux_2_5_x86_64", "py3-none-manylinux2014_x86_64",
                  "cp39-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64")},
    {"bar_speed", SIFT_GEN_ANY("{1-480}.{0-9} MB/s", "{1-99}.{0-9} MB/s")},
    {"pip_bar",
     SIFT_GEN_ANY("     \033[90m━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━\033[0m \033[32m{1-90}.{0-9}/{1-90}.{0-9} MB\033[0m "
                  "\033[31m{bar_speed}\033[0m eta \033[36m0:00:00\033[0m",
                  "     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ {100-990}.{0-9}/{100-990}.{0-9} kB {bar_speed} eta 0:00:00",
                  "     ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ {1-90}.{0-9}/{1-90}.{0-9} MB {bar_speed} eta 0:00:0{1-9}\r     "
                  "━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━ {1-90}.{0-9}/{1-90}.{0-9} MB {bar_speed} eta 0:00:00")},
    {"pip_line", SIFT_GEN_ANY("Collecting {=pip_name}{pip_spec}\n"
                              "  Downloading {=pip_name}-{version}-{platform_tag}.whl ({size})",
                              "Collecting {=pip_name}{pip_spec}\n"
                              "  Downloading {=pip_name}-{version}-{platform_tag}.whl.metadata ({size})",
                              "Collecting {=pip_name}{pip_spec} (from {pip_name}{pip_spec})\n"
                              "  Downloading {=pip_name}-{version}-{platform_tag}.whl.metadata ({size})",
                              "Collecting {=pip_name}{pip_spec} (from -r /tmp/requirements.txt (line {1-60}))\n"
                              "  Downloading {=pip_name}-{version}-{platform_tag}.whl ({size})\n"
                              "{pip_bar}",
                              "Requirement already satisfied: {pip_name}{pip_spec} in "
                              "/usr/local/lib/python{@py_minor}/site-packages (from -r requirements.txt (line {1-60})) ({version})",
                              "Requirement already satisfied: {pip_name} in "
                              "/home/user/.pyenv/versions/{@py_minor}.{2-19}/lib/python{@py_minor}/site-packages (from "
                              "{pip_name}{pip_spec}) ({version})",
                              "Downloading {pip_name}-{version}-{platform_tag}.whl ({size})",
                              "Downloading {pip_name}-{version}-{platform_tag}.whl ({size})\n"
                              "{pip_bar}",
                              "  Using cached {pip_name}-{version}-{platform_tag}.whl ({size})",
                              "INFO: pip is looking at multiple versions of {=pip_name} to determine which version is compatible "
                              "with other requirements. This could take a while.",
                              "Collecting {=pip_name}{pip_spec}\n"
                              "  Downloading {=pip_name}-{version}.tar.gz ({size})\n"
                              "  Preparing metadata (setup.py): started\n"
                              "  Preparing metadata (setup.py): finished with status 'done'",
                              "Collecting {=pip_name}{pip_spec}\n"
                              "  Downloading {=pip_name}-{version}.tar.gz ({size})\n"
                              "  Installing build dependencies: started\n"
                              "{wait 100-4000}  Installing build dependencies: finished with status 'done'\n"
                              "  Getting requirements to build wheel: started\n"
                              "  Getting requirements to build wheel: finished with status 'done'\n"
                              "  Preparing metadata (pyproject.toml): started\n"
                              "  Preparing metadata (pyproject.toml): finished with status 'done'")},
    {"pip_wheel",
     SIFT_GEN_ANY(
         "Building wheels for collected packages: {=pip_name}\n"
         "  Building wheel for {=pip_name} (pyproject.toml): started\n"
         "{wait 300-9000}  Building wheel for {=pip_name} (pyproject.toml): finished with status 'done'\n"
         "  Created wheel for {=pip_name}: filename={=pip_name}-{version}-py3-none-any.whl size={2000-9000000} sha256={x64}\n"
         "  Stored in directory: /tmp/pip-ephem-wheel-cache-{b8}/wheels/{x2}/{x2}/{x2}/{x58}\n"
         "Successfully built {=pip_name}")},
    {"pip_pinned", SIFT_GEN_ANY("{pip_name}-{version}")},
    {"pip_notice", SIFT_GEN_ANY("\n"
                                "[notice] A new release of pip is available: 2{3-4}.{0-3}.{0-2} -> 25.{0-3}\n"
                                "[notice] To update, run: pip install --upgrade pip",
                                "WARNING: Running pip as the 'root' user can result in broken permissions and conflicting "
                                "behaviour with the system package manager, possibly rendering your system unusable. It is "
                                "recommended to use a virtual environment instead: https://pip.pypa.io/warnings/venv",
                                "Defaulting to user installation because normal site-packages is not writeable")},
    {"pip_body", SIFT_GEN_ANY("{*6-40 pip_line}\n"
                              "Installing collected packages: {+8-60 pip_name}\n"
                              "{wait 900-9000}Successfully installed {+8-40 pip_pinned}",
                              "{*4-25 pip_line}\n"
                              "{pip_wheel}\n"
                              "Installing collected packages: {+8-60 pip_name}\n"
                              "{wait 900-9000}Successfully installed {+6-40 pip_pinned}\n"
                              "{pip_notice}",
                              "{*10-60 pip_line}\n"
                              "Installing collected packages: {+20-90 pip_name}\n"
                              "  Attempting uninstall: {=pip_name}\n"
                              "    Found existing installation: {=pip_name} {version}\n"
                              "    Uninstalling {=pip_name}-{version}:\n"
                              "      Successfully uninstalled {=pip_name}-{version}\n"
                              "{wait 900-9000}Successfully installed {+20-70 pip_pinned}\n"
                              "{pip_notice}")},
    {"uv_pin", SIFT_GEN_ANY(" + {pip_name}=={version}")},
    {"uv_body",
     SIFT_GEN_ANY("Using Python {@py_minor}.{2-18} environment at: /usr/local\n"
                  "Resolved {20-190} packages in {100-990}ms\n"
                  "Prepared {9-150} packages in {1-30}.{0-99w2}s\n"
                  "warning: Failed to hardlink files; falling back to full copy. This may lead to degraded performance.\n"
                  "         If the cache and target directories are on different filesystems, hardlinking may not be supported.\n"
                  "Installed {9-190} packages in {20-900}ms\n"
                  "{*9-70 uv_pin}",
                  "Resolved {20-190} packages in {1-4}.{0-99w2}s\n"
                  "   Building {pip_name}=={version}\n"
                  "Downloading {pip_name} ({1-700}.{0-9}MiB)\n"
                  "Downloading {pip_name} ({1-90}.{0-9}MiB)\n"
                  " Downloaded {pip_name}\n"
                  "Prepared {9-150} packages in {1-30}.{0-99w2}s\n"
                  "Installed {9-190} packages in {20-900}ms\n"
                  "{*9-70 uv_pin}")},
    {"done", SIFT_GEN_ANY("DONE {0-9}.{0-9}s")},
    {"done_long", SIFT_GEN_ANY("DONE {3-90}.{0-9}s")},
    {"sha64", SIFT_GEN_ANY("sha256:{x64}")},
    {"pip_instruction",
     SIFT_GEN_ANY("pip install --no-cache-dir -r requirements.txt",
                  "pip install --no-cache-dir --upgrade -r /code/requirements.txt", "pip install -r requirements.txt",
                  "pip install --upgrade pip &&     pip install --no-cache-dir -r requirements.txt",
                  "pip install --no-cache-dir -r backend/requirements.txt",
                  "python -m pip install --no-cache-dir -r /app/requirements.txt")},
    {"sdk_pip_instruction",
     SIFT_GEN_ANY(
         "pip install --no-cache-dir -r /tmp/requirements.txt     gradio[oauth,mcp]=={@gradio_version}     \"uvicorn>=0.14.0\" "
         "\"websockets>=10.4\"     spaces",
         "pip install --no-cache-dir -r /tmp/requirements.txt     gradio[oauth]=={@gradio_version}     \"uvicorn>=0.14.0\"     "
         "spaces",
         "pip install --no-cache-dir -r /tmp/requirements.txt     streamlit==1.{20-48}.{0-2}     \"uvicorn>=0.14.0\"     spaces")},
    {"gradio_version", SIFT_GEN_ANY("3.{9-50}.{0-2}", "4.{0-44}.{0-1}", "5.{0-49}.{0-1}", "6.{0-18}.{0-3}")},
    {"apt_get",
     SIFT_GEN_ANY("Get:{1-140} http://deb.debian.org/debian {@debian}/main amd64 {=apt_name} amd64 {apt_version} [{1-9990} kB]",
                  "Get:{1-140} http://deb.debian.org/debian {@debian}/main amd64 {=apt_name} amd64 {apt_version} [{10-999} kB]",
                  "Get:{1-140} http://deb.debian.org/debian-security {@debian}-security/main amd64 {=apt_name} amd64 {apt_version} "
                  "[{10-999} kB]")},
    {"debian", SIFT_GEN_ANY("bookworm", "bookworm", "trixie", "bullseye")},
    {"apt_version", SIFT_GEN_ANY("{0-9}.{0-40}.{0-9}-{1-9}", "{0-9}.{0-40}.{0-9}-{1-9}+deb1{2-3}u{1-9}", "1:{1-9}.{0-20}-{1-4}",
                                 "2.{10-60}+dfsg-{1-5}", "{1-20}.{0-9}-{1-9}build{1-3}")},
    {"apt_unpack", SIFT_GEN_ANY("Selecting previously unselected package {=apt_name}.\n"
                                "Preparing to unpack .../{0-180w3}-{=apt_name}_{=apt_version}_amd64.deb ...\n"
                                "Unpacking {=apt_name} ({=apt_version}) ...",
                                "Selecting previously unselected package {=apt_name}:amd64.\n"
                                "Preparing to unpack .../archives/{=apt_name}_{=apt_version}_amd64.deb ...\n"
                                "Unpacking {=apt_name}:amd64 ({=apt_version}) ...")},
    {"apt_setup", SIFT_GEN_ANY("Setting up {apt_name} ({apt_version}) ...", "Setting up {apt_name}:amd64 ({apt_version}) ...")},
    {"apt_debconf", SIFT_GEN_ANY("debconf: unable to initialize frontend: Dialog\n"
                                 "debconf: (TERM is not set, so the dialog frontend is not usable.)\n"
                                 "debconf: falling back to frontend: Readline\n"
                                 "debconf: unable to initialize frontend: Readline\n"
                                 "debconf: (This frontend requires a controlling tty.)\n"
                                 "debconf: falling back to frontend: Teletype\n"
                                 "debconf: unable to initialize frontend: Teletype\n"
                                 "debconf: falling back to frontend: Noninteractive",
                                 "debconf: delaying package configuration, since apt-utils is not installed",
                                 "update-alternatives: using /usr/bin/{word} to provide /usr/bin/{word} ({word}) in auto mode",
                                 "invoke-rc.d: could not determine current runlevel\n"
                                 "invoke-rc.d: policy-rc.d denied execution of start.")},
    {"apt_index", SIFT_GEN_ANY("Get:1 http://deb.debian.org/debian {@debian} InRelease [{120-170} kB]\n"
                               "Get:2 http://deb.debian.org/debian {@debian}-updates InRelease [{40-56}.{0-9} kB]\n"
                               "Get:3 http://deb.debian.org/debian-security {@debian}-security InRelease [{40-49}.{0-9} kB]\n"
                               "Get:4 http://deb.debian.org/debian {@debian}/main amd64 Packages [{8000-9700} kB]\n"
                               "Get:5 http://deb.debian.org/debian {@debian}-updates/main amd64 Packages [{2000-9000} B]\n"
                               "Get:6 http://deb.debian.org/debian-security {@debian}-security/main amd64 Packages [{90-290} kB]\n"
                               "Fetched {8-12}.{0-9} MB in {1-3}s ({2-19}.{0-9} MB/s)\n"
                               "Reading package lists...",
                               "Hit:1 http://deb.debian.org/debian {@debian} InRelease\n"
                               "Hit:2 http://deb.debian.org/debian {@debian}-updates InRelease\n"
                               "Get:3 http://deb.debian.org/debian-security {@debian}-security InRelease [{40-49}.{0-9} kB]\n"
                               "Fetched {40-49}.{0-9} kB in 0s ({100-900} kB/s)\n"
                               "Reading package lists...")},
    {"apt_plan", SIFT_GEN_ANY("Reading package lists...\n"
                              "Building dependency tree...\n"
                              "Reading state information...\n"
                              "The following additional packages will be installed:\n"
                              "  {apt_name} {apt_name} {apt_name} {apt_name} {apt_name} {apt_name}\n"
                              "  {apt_name} {apt_name} {apt_name} {apt_name} {apt_name}\n"
                              "Suggested packages:\n"
                              "  {apt_name} {apt_name}-doc {apt_name}\n"
                              "0 upgraded, {5-180} newly installed, 0 to remove and {0-30} not upgraded.\n"
                              "Need to get {1-400}.{0-9} MB of archives.\n"
                              "After this operation, {20-990} MB of additional disk space will be used.")},
    {"apt_body", SIFT_GEN_ANY("{apt_index}\n"
                              "{apt_plan}\n"
                              "{*3-30 apt_get}\n"
                              "{apt_debconf}\n"
                              "Fetched {1-400}.{0-9} MB in {0-9}s ({10-300} MB/s)\n"
                              "{*2-20 apt_unpack}\n"
                              "{*3-30 apt_setup}\n"
                              "Processing triggers for libc-bin (2.{31-41}-{1-12}+deb12u{1-9}) ...",
                              "{apt_index}\n"
                              "{apt_plan}\n"
                              "{*6-60 apt_get}\n"
                              "Fetched {1-400}.{0-9} MB in {0-9}s ({10-300} MB/s)\n"
                              "{*4-40 apt_unpack}\n"
                              "{*6-60 apt_setup}\n"
                              "{apt_debconf}\n"
                              "Processing triggers for libc-bin (2.{31-41}-{1-12}+deb12u{1-9}) ...")},
    {"apt_names", SIFT_GEN_ANY("{@apt_name:1}     {@apt_name:2}     {@apt_name:3}",
                               "{@apt_name:1}     {@apt_name:2}     {@apt_name:3}     {@apt_name:4}     {@apt_name:5}",
                               "{@apt_name:1} {@apt_name:2}", "{@apt_name:1}")},
    {"apt_instruction",
     SIFT_GEN_ANY(
         "apt-get update && apt-get install -y     {@apt_names}     && rm -rf /var/lib/apt/lists/*",
         "apt-get update &&     apt-get install -y --no-install-recommends {@apt_names} &&     rm -rf /var/lib/apt/lists/*",
         "apt update && apt install -y {@apt_names}")},
    {"npm_deprecated",
     SIFT_GEN_ANY("npm warn deprecated {npm_name}@{version}: this version is no longer supported. Please see the notes of the "
                  "release for the way to migrate",
                  "npm warn deprecated {npm_name}@{version}: This package has moved and is no longer maintained under this name",
                  "npm warn deprecated {npm_name}@{version}: Use the platform's native implementation instead",
                  "npm warn EBADENGINE Unsupported engine {{\n"
                  "npm warn EBADENGINE   package: '{npm_name}@{version}',\n"
                  "npm warn EBADENGINE   required: {{ node: '>=2{0-4}.{0-9}.0' },\n"
                  "npm warn EBADENGINE   current: {{ node: 'v{18-20}.{2-19}.{0-4}', npm: '10.{2-8}.{0-3}' }\n"
                  "npm warn EBADENGINE }")},
    {"npm_body", SIFT_GEN_ANY("\n"
                              "{*1-9 npm_deprecated}\n"
                              "{wait 900-15000}\n"
                              "added {60-1900} packages, and audited {61-1990} packages in {2-59}s\n"
                              "\n"
                              "{9-290} packages are looking for funding\n"
                              "  run `npm fund` for details\n"
                              "\n"
                              "found 0 vulnerabilities\n"
                              "npm notice\n"
                              "npm notice New major version of npm available! 10.{2-8}.{0-3} -> 11.{0-18}.{0-2}\n"
                              "npm notice Changelog: https://github.com/npm/cli/releases/tag/v11.{0-18}.0\n"
                              "npm notice",
                              "{wait 900-15000}\n"
                              "added {60-1900} packages, and audited {61-1990} packages in {2-59}s\n"
                              "\n"
                              "{9-290} packages are looking for funding\n"
                              "  run `npm fund` for details\n"
                              "\n"
                              "{2-30} vulnerabilities ({1-9} low, {1-9} moderate, {1-9} high)\n"
                              "\n"
                              "To address all issues, run:\n"
                              "  npm audit fix\n"
                              "\n"
                              "Run `npm audit` for details.")},
    {"vite_asset", SIFT_GEN_ANY("dist/assets/{word}-{b8}.js    {~1-1900}.{0-99w2} kB │ gzip: {~1-490}.{0-99w2} kB",
                                "dist/assets/{word}-{b8}.css   {~1-190}.{0-99w2} kB │ gzip: {~1-90}.{0-99w2} kB")},
    {"next_route", SIFT_GEN_ANY("├ ○ /{word}                              {1-9}.{0-99w2} kB         {80-190} kB",
                                "├ ƒ /api/{word}/{noun}                   0 B                0 B",
                                "├ ○ /{word}/{noun}                       {100-900} B          {80-190} kB")},
    {"web_build_body", SIFT_GEN_ANY("\n"
                                    "> {@word:7}-{@noun:7}@{version} build\n"
                                    "> vite build\n"
                                    "\n"
                                    "vite v{5-7}.{0-4}.{0-19} building for production...\n"
                                    "transforming...\n"
                                    "✓ {300-4900} modules transformed.\n"
                                    "rendering chunks...\n"
                                    "computing gzip size...\n"
                                    "dist/index.html                   {0-2}.{0-99w2} kB │ gzip:  0.{20-99} kB\n"
                                    "{*3-16 vite_asset}\n"
                                    "✓ built in {1-40}.{0-99w2}s",
                                    "\n"
                                    "> {@word:7}-{@noun:7}@{version} build\n"
                                    "> next build\n"
                                    "\n"
                                    "   ▲ Next.js {13-15}.{0-5}.{0-9}\n"
                                    "\n"
                                    "   Creating an optimized production build ...\n"
                                    " ✓ Compiled successfully\n"
                                    "   Linting and checking validity of types ...\n"
                                    "   Collecting page data ...\n"
                                    " ✓ Generating static pages ({4-40}/{4-40})\n"
                                    "   Finalizing page optimization ...\n"
                                    "\n"
                                    "Route (app)                              Size     First Load JS\n"
                                    "{*4-18 next_route}\n"
                                    "+ First Load JS shared by all            {80-99}.{0-9} kB")},
    {"step_apt", SIFT_GEN_ANY("--> RUN {@apt_instruction}\n"
                              "{apt_body}\n"
                              "{done_long}\n",
                              "--> RUN {@apt_instruction}\n"
                              "CACHED\n",
                              "--> RUN {@apt_instruction}\n"
                              "CACHED\n")},
    {"step_pip", SIFT_GEN_ANY("--> COPY {?20 chown_flag}requirements.txt .\n"
                              "{done}\n"
                              "\n"
                              "--> RUN {@pip_instruction}\n"
                              "{pip_body}\n"
                              "{done_long}\n",
                              "--> COPY requirements.txt ./requirements.txt\n"
                              "{done}\n"
                              "\n"
                              "--> RUN {@pip_instruction}\n"
                              "{pip_body}\n"
                              "{done_long}\n",
                              "--> COPY pyproject.toml uv.lock ./\n"
                              "{done}\n"
                              "\n"
                              "--> RUN --mount=type=cache,target=/root/.cache/uv     uv sync --frozen --no-editable\n"
                              "{uv_body}\n"
                              "{done_long}\n",
                              "--> RUN {@pip_instruction}\n"
                              "CACHED\n")},
    {"chown_flag", SIFT_GEN_ANY("--chown=user ")},
    {"step_user", SIFT_GEN_ANY("--> RUN useradd -m -u 1000 user\n"
                               "{done_or_cached}\n",
                               "--> RUN adduser --disabled-password --gecos '' --uid 1000 appuser\n"
                               "{done_or_cached}\n",
                               "--> RUN mkdir -p /app/cache && chmod 777 /app/cache\n"
                               "{done_or_cached}\n",
                               "--> RUN git lfs install\n"
                               "{done_or_cached}\n")},
    {"done_or_cached", SIFT_GEN_ANY("{done}", "CACHED")},
    {"step_workdir", SIFT_GEN_ANY("--> WORKDIR {@app_dir}\n"
                                  "{done_or_cached}\n")},
    {"app_dir", SIFT_GEN_ANY("/app", "/app", "/code", "/home/user/app", "/usr/src/app", "/workspace")},
    {"from_tail", SIFT_GEN_ANY("{done}\n",
                               "{done}\n"
                               "\n"
                               "{done}\n",
                               "{done}\n"
                               "\n"
                               "{done}\n"
                               "\n"
                               "{done_long}\n"
                               "\n"
                               "{done_long}\n")},
    {"from_python", SIFT_GEN_ANY("--> FROM docker.io/library/python:{@base_tag}@{sha64}\n"
                                 "{from_tail}",
                                 "--> FROM docker.io/nvidia/cuda:12.{1-8}.{0-2}-cudnn-runtime-ubuntu22.04@{sha64}\n"
                                 "{from_tail}",
                                 "--> FROM docker.io/library/python:{@base_tag}@{sha64}\n"
                                 "{from_tail}")},
    {"from_node", SIFT_GEN_ANY("--> FROM docker.io/library/node:{@node_tag}@{sha64}\n"
                               "{from_tail}")},
    {"from_java", SIFT_GEN_ANY("--> FROM docker.io/library/maven:3.9.{1-9}-eclipse-temurin-{17-21}@{sha64}\n"
                               "{done}\n"
                               "\n"
                               "--> FROM docker.io/library/eclipse-temurin:{17-21}-jre-jammy@{sha64}\n"
                               "{from_tail}")},
    {"from_go", SIFT_GEN_ANY("--> FROM docker.io/library/golang:1.2{1-4}-alpine@{sha64}\n"
                             "{done}\n"
                             "\n"
                             "--> FROM docker.io/library/alpine:3.{18-21}@{sha64}\n"
                             "{from_tail}")},
    {"step_restore", SIFT_GEN_ANY("--> Restoring cache\n"
                                  "{wait 400-5000}{done}\n")},
    {"step_copy", SIFT_GEN_ANY("--> COPY . .\n"
                               "{done}\n",
                               "--> COPY --chown=user . {@app_dir}\n"
                               "{done}\n",
                               "--> COPY --link --chown=1000 ./ /home/user/app\n"
                               "{done}\n",
                               "--> COPY src/ ./src/\n"
                               "{done}\n"
                               "\n"
                               "--> COPY {@file_py} .\n"
                               "{done}\n")},
    {"file_py", SIFT_GEN_ANY("app.py", "app.py", "main.py", "server.py", "api.py", "run.py")},
    {"step_extra", SIFT_GEN_ANY("--> RUN chown -R user:user {@app_dir}\n"
                                "{done}\n",
                                "--> RUN python -c \"from transformers import pipeline; pipeline('{@task}')\"\n"
                                "{tqdm_download}\n"
                                "{tqdm_download}\n"
                                "{done_long}\n",
                                "--> RUN mkdir -p /app/{word} /app/{noun}s && chmod -R 777 /app\n"
                                "{done}\n",
                                "--> ENV PYTHONUNBUFFERED=1     HOME=/home/user     PORT=7860\n"
                                "{done}\n",
                                "--> RUN python -m nltk.downloader {punkt} stopwords\n"
                                "[nltk_data] Downloading package stopwords to /root/nltk_data...\n"
                                "[nltk_data]   Unzipping corpora/stopwords.zip.\n"
                                "{done}\n",
                                "--> RUN pip freeze > /tmp/freeze.txt\n"
                                "{done}\n")},
    {"punkt", SIFT_GEN_ANY("punkt", "punkt_tab", "wordnet")},
    {"task",
     SIFT_GEN_ANY("sentiment-analysis", "summarization", "text-generation", "image-classification", "automatic-speech-recognition",
                  "feature-extraction", "zero-shot-classification", "token-classification", "question-answering")},
    {"bar", SIFT_GEN_ANY("█         ", "██▎       ", "███▉      ", "█████     ", "██████▋   ", "███████▊  ", "█████████▏")},
    {"weight_file",
     SIFT_GEN_ANY("model.safetensors", "pytorch_model.bin", "config.json", "tokenizer.json", "vocab.txt",
                  "model-0000{1-4}-of-0000{4-6}.safetensors", "diffusion_pytorch_model.safetensors", "open_clip_pytorch_model.bin",
                  "generation_config.json", "tokenizer_config.json", "special_tokens_map.json")},
    {"tqdm_download",
     SIFT_GEN_ANY(
         "{=weight_file}:   0%|          | 0.00/{=meg} [00:00<?, ?B/s]\r{=weight_file}:  {10-49}%|{bar}| {10-99}.{0-9}M/{=meg} "
         "[00:00<00:0{1-9}, {10-400}MB/s]\r{=weight_file}: 100%|██████████| {=meg}/{=meg} [00:0{1-9}<00:00, {10-400}MB/s]",
         "{=weight_file}:   0%|          | 0.00/{=meg} [00:00<?, ?B/s]\r{=weight_file}: 100%|██████████| {=meg}/{=meg} "
         "[00:00<00:00, {1-90}.{0-9}MB/s]",
         "{=weight_file}: 100%|██████████| {=meg}/{=meg} [00:{0-59w2}<00:00, {10-400}MB/s]",
         "Fetching {4-30} files:   0%|          | 0/{4-30} [00:00<?, ?it/s]\rFetching {4-30} files:  {10-70}%|{bar}| {1-9}/{10-30} "
         "[00:0{1-9}<00:0{1-9},  {1-9}.{0-99w2}it/s]\rFetching {10-30} files: 100%|██████████| {10-30}/{10-30} [00:{0-59w2}<00:00, "
         " {1-9}.{0-99w2}it/s]")},
    {"meg", SIFT_GEN_ANY("{1-990}M", "{1-9}.{0-99w2}G", "{1-990}k")},
    {"pushed", SIFT_GEN_ANY("--> Pushing image\n"
                            "{wait 1500-9000}{done}\n"
                            "\n"
                            "--> Exporting cache\n"
                            "{wait 900-9000}{done}",
                            "--> Pushing image\n"
                            "{wait 1500-9000}{done}\n"
                            "\n"
                            "--> Exporting cache\n"
                            "{wait 900-9000}{done_long}\n")},
    {"head_sdk", SIFT_GEN_ANY("--> FROM docker.io/library/python:{@py_minor}@{sha64}\n"
                              "{from_tail}\n"
                              "--> WORKDIR /home/user/app\n"
                              "CACHED\n"
                              "\n"
                              "--> RUN pip install --no-cache-dir pip -U &&     pip install --no-cache-dir         datasets        "
                              " \"huggingface-hub>=0.30\" \"hf-transfer>=0.1.4\" \"protobuf<4\" \"click<8.1\"\n"
                              "CACHED\n"
                              "\n"
                              "--> RUN apt-get update && apt-get install -y     git     git-lfs     ffmpeg     libsm6     libxext6 "
                              "    cmake     rsync     libgl1     && rm -rf /var/lib/apt/lists/*     && git lfs install\n"
                              "CACHED\n",
                              "--> RUN apt-get update && apt-get install -y fakeroot &&     mv /usr/bin/apt-get /usr/bin/.apt-get "
                              "&&     echo '#!/usr/bin/env sh\\nfakeroot /usr/bin/.apt-get $@' > /usr/bin/apt-get &&     chmod +x "
                              "/usr/bin/apt-get &&     rm -rf /var/lib/apt/lists/* &&     useradd -m -u 1000 user\n"
                              "CACHED\n"
                              "\n"
                              "--> FROM docker.io/library/python:{@py_minor}@{sha64}\n"
                              "{from_tail}\n"
                              "--> RUN --mount=target=/root/packages.txt,source=packages.txt     apt-get update &&     xargs -r -a "
                              "/root/packages.txt apt-get install -y     && rm -rf /var/lib/apt/lists/*\n"
                              "{apt_body}\n"
                              "{done_long}\n",
                              "--> FROM docker.io/library/python:{@py_minor}@{sha64}\n"
                              "{from_tail}\n"
                              "--> RUN apt-get update && apt-get install -y     git     git-lfs     ffmpeg     libsm6     libxext6 "
                              "    cmake     rsync     libgl1     && rm -rf /var/lib/apt/lists/*     && git lfs install\n"
                              "CACHED\n"
                              "\n"
                              "--> Restoring cache\n"
                              "{done}\n"
                              "\n"
                              "--> COPY --link --chown=1000 --from=root / /\n"
                              "{done}\n")},
    {"body_sdk", SIFT_GEN_ANY("--> RUN --mount=target=/tmp/requirements.txt,source=requirements.txt     pip install --no-cache-dir "
                              "-r /tmp/requirements.txt\n"
                              "{pip_body}\n"
                              "{done_long}\n"
                              "\n"
                              "--> RUN {@sdk_pip_instruction}\n"
                              "{pip_body}\n"
                              "{done_long}\n",
                              "--> RUN {@sdk_pip_instruction}\n"
                              "{pip_body}\n"
                              "{done_long}\n",
                              "--> RUN {@sdk_pip_instruction}\n"
                              "CACHED\n")},
    {"tail_sdk", SIFT_GEN_ANY("--> COPY --from=pipfreeze --link --chown=1000 /tmp/freeze.txt /tmp/freeze.txt\n"
                              "{done}\n"
                              "\n"
                              "--> COPY --link --chown=1000 ./ /home/user/app\n"
                              "{done}\n"
                              "\n"
                              "{pushed}",
                              "--> COPY --link --chown=1000 ./ /home/user/app\n"
                              "{done}\n"
                              "\n"
                              "{pushed}")},
    {"head_python", SIFT_GEN_ANY("{from_python}\n"
                                 "{step_workdir}\n"
                                 "{step_apt}",
                                 "{from_python}\n"
                                 "{step_apt}\n"
                                 "{step_workdir}\n"
                                 "{step_user}",
                                 "{from_python}\n"
                                 "{step_restore}\n"
                                 "{step_workdir}\n"
                                 "{step_apt}\n"
                                 "{step_user}")},
    {"body_python", SIFT_GEN_ANY("{step_pip}\n"
                                 "{step_copy}",
                                 "{step_pip}\n"
                                 "{step_copy}\n"
                                 "{step_extra}",
                                 "{step_user}\n"
                                 "{step_pip}\n"
                                 "{step_extra}\n"
                                 "{step_copy}")},
    {"tail_python", SIFT_GEN_ANY("{step_extra}\n"
                                 "{pushed}",
                                 "{pushed}")},
    {"head_node", SIFT_GEN_ANY("{from_node}\n"
                               "{step_workdir}",
                               "{from_node}\n"
                               "{step_restore}\n"
                               "{step_workdir}",
                               "{from_node}\n"
                               "{step_apt}\n"
                               "{step_workdir}")},
    {"body_node", SIFT_GEN_ANY("--> COPY package*.json ./\n"
                               "{done}\n"
                               "\n"
                               "--> RUN npm ci\n"
                               "{npm_body}\n"
                               "{done_long}\n"
                               "\n"
                               "{step_copy}\n"
                               "--> RUN npm run build\n"
                               "{web_build_body}\n"
                               "{done_long}\n",
                               "--> COPY package*.json ./\n"
                               "{done}\n"
                               "\n"
                               "--> RUN npm install\n"
                               "{npm_body}\n"
                               "{done_long}\n"
                               "\n"
                               "{step_copy}")},
    {"tail_node", SIFT_GEN_ANY("{step_user}\n"
                               "{pushed}",
                               "{pushed}")},
    {"head_java", SIFT_GEN_ANY("{from_java}\n"
                               "{step_workdir}\n"
                               "--> COPY pom.xml .\n"
                               "{done_or_cached}\n"
                               "\n"
                               "--> RUN mvn dependency:go-offline -q\n"
                               "CACHED\n")},
    {"body_java", SIFT_GEN_ANY("--> COPY src ./src\n"
                               "{done}\n"
                               "\n"
                               "--> RUN mvn package -DskipTests -q\n"
                               "{wait 4000-60000}{done_long}\n",
                               "--> COPY src ./src\n"
                               "{done}\n"
                               "\n"
                               "--> RUN mvn -B package -DskipTests\n"
                               "[INFO] Scanning for projects...\n"
                               "[INFO] Building {@word:7}-{@noun:7} {version}\n"
                               "{*3-20 mvn_line}\n"
                               "[INFO] BUILD SUCCESS\n"
                               "[INFO] Total time:  {10-59}.{0-999w3} s\n"
                               "{done_long}\n")},
    {"mvn_line", SIFT_GEN_ANY("[INFO] Downloaded from central: "
                              "https://repo.maven.apache.org/maven2/org/{word}/{noun}/{word}-{noun}/{=version}/"
                              "{word}-{noun}-{=version}.jar ({1-990} kB at {1-9}.{0-9} MB/s)",
                              "[INFO] Compiling {4-90} source files with javac [debug release {17-21}] to target/classes",
                              "[INFO] Copying {1-9} resources from src/main/resources to target/classes",
                              "[INFO] Replacing main artifact with repackaged archive")},
    {"tail_java", SIFT_GEN_ANY("--> COPY --from=build /app/target/*.jar app.jar\n"
                               "{done}\n"
                               "\n"
                               "{pushed}")},
    {"head_go", SIFT_GEN_ANY("{from_go}\n"
                             "{step_workdir}\n"
                             "--> COPY go.mod go.sum ./\n"
                             "{done}\n"
                             "\n"
                             "--> RUN go mod download\n"
                             "CACHED\n")},
    {"body_go", SIFT_GEN_ANY("--> COPY . .\n"
                             "{done}\n"
                             "\n"
                             "--> RUN CGO_ENABLED=0 go build -ldflags=\"-s -w\" -o /out/server ./cmd/server\n"
                             "{wait 3000-30000}{done_long}\n")},
    {"tail_go", SIFT_GEN_ANY("--> COPY --from=build /out/server /usr/local/bin/server\n"
                             "{done}\n"
                             "\n"
                             "{pushed}")},
    {"head_brief", SIFT_GEN_ANY("--> FROM docker.io/library/python:{@base_tag}@{sha64}\n"
                                "{done}\n"
                                "\n"
                                "--> WORKDIR /app\n"
                                "CACHED\n")},
    {"body_brief", SIFT_GEN_ANY("--> RUN {@pip_instruction}\n"
                                "CACHED\n",
                                "--> COPY . .\n"
                                "{done}\n")},
    {"tail_brief", SIFT_GEN_ANY("--> Pushing image\n"
                                "{done}\n"
                                "\n"
                                "--> Exporting cache\n"
                                "{done}")},
    {"build_header", SIFT_GEN_ANY("===== Build Queued at {time} / Commit SHA: {x7} =====\n"
                                  "{wait 3000-40000}",
                                  "===== Build Queued at {time} / Commit SHA: {x7} =====\n"
                                  "{wait 3000-40000}",
                                  "===== Build Queued at {time} / Commit SHA: {x7} =====\n"
                                  "{wait 3000-40000}",
                                  "===== Build Queued at {time} =====\n"
                                  "{wait 3000-40000}")},
    {"decoy",
     SIFT_GEN_ANY(
         "--> RUN python -c \"import {$py_module}\" || true\n"
         "Traceback (most recent call last):\n"
         "  File \"<string>\", line 1, in <module>\n"
         "ModuleNotFoundError: No module named '{$py_module}'\n"
         "DONE {0-2}.{0-9}s\n",
         "--> RUN apt-get install -y {$apt_gone} || echo \"optional package left out\"\n"
         "Reading package lists...\n"
         "Building dependency tree...\n"
         "E: Unable to locate package {$apt_gone}\n"
         "optional package left out\n"
         "DONE {1-4}.{0-9}s\n",
         "--> RUN pip install {$pip_name}=={99-120}.0 || true\n"
         "ERROR: Could not find a version that satisfies the requirement {$pip_name}=={99-120}.0 (from versions: {+2-9 version})\n"
         "ERROR: No matching distribution found for {$pip_name}=={99-120}.0\n"
         "DONE {1-4}.{0-9}s\n",
         "--> RUN python download_model.py || true\n"
         "Traceback (most recent call last):\n"
         "  File \"{@app_dir}/download_model.py\", line {3-40}, in <module>\n"
         "    from {$py_module} import {noun}_{word}\n"
         "ModuleNotFoundError: No module named '{$py_module}'\n"
         "DONE {1-9}.{0-9}s\n",
         "--> RUN npm run lint; exit 0\n"
         "\n"
         "npm error code ELIFECYCLE\n"
         "npm error Lifecycle script `lint` failed with error:\n"
         "npm error code {1-2}\n"
         "DONE {1-9}.{0-9}s\n",
         "--> RUN chown -R user /data 2>&1 || true\n"
         "chown: changing ownership of '/data/{word}': Operation not permitted\n"
         "mkdir: cannot create directory '/data/{word}': Permission denied\n"
         "DONE 0.{0-9}s\n")},
    {NULL, NULL},
};
