/* Failing builds. */
#include "tools/fleetgen/tables.h"

const struct sift_gen_source sift_gen_rules_fault_build[] = {
    {"fault_conflict",
     SIFT_GEN_ANY("--> RUN {@pip_instruction}\n"
                  "{*4-20 pip_line}\n"
                  "ERROR: Cannot install {=pip_name}=={=version} and {=pip_name}=={=version:2} because these package versions have "
                  "conflicting dependencies.\n"
                  "\n"
                  "The conflict is caused by:\n"
                  "    The user requested {=pip_name}=={=version}\n"
                  "    The user requested {=pip_name}=={=version:2}\n"
                  "\n"
                  "Additionally, some packages in these conflicts have no matching distributions available for your environment:\n"
                  "    {=pip_name}\n"
                  "\n"
                  "To fix this you could try to:\n"
                  "1. loosen the range of package versions you've specified\n"
                  "2. remove package versions to allow pip to attempt to solve the dependency conflict\n"
                  "\n"
                  "ERROR: ResolutionImpossible: for help visit "
                  "https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c {@pip_instruction}\" did not complete successfully: exit code: 1",
                  "--> RUN --mount=target=/tmp/requirements.txt,source=requirements.txt     pip install --no-cache-dir -r "
                  "/tmp/requirements.txt\n"
                  "{*4-30 pip_line}\n"
                  "INFO: pip is looking at multiple versions of {pip_name} to determine which version is compatible with other "
                  "requirements. This could take a while.\n"
                  "ERROR: Cannot install -r /tmp/requirements.txt (line {2-20}), -r /tmp/requirements.txt (line {21-60}) and "
                  "{=pip_name}=={=version} because these package versions have conflicting dependencies.\n"
                  "\n"
                  "The conflict is caused by:\n"
                  "    The user requested {=pip_name}=={=version}\n"
                  "    {pip_name} {version} depends on {=pip_name}<{2-4}.0 and >=0.{20-30}.0\n"
                  "    {pip_name} {version} depends on {=pip_name}<1.0 and >=0.{10-19}.4\n"
                  "\n"
                  "To fix this you could try to:\n"
                  "1. loosen the range of package versions you've specified\n"
                  "2. remove package versions to allow pip to attempt to solve the dependency conflict\n"
                  "\n"
                  "ERROR: ResolutionImpossible: for help visit "
                  "https://pip.pypa.io/en/latest/topics/dependency-resolution/#dealing-with-dependency-conflicts\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c pip install --no-cache-dir -r /tmp/requirements.txt\" did not complete "
                  "successfully: exit code: 1")},
    {"fault_conflict_uv",
     SIFT_GEN_ANY(
         "--> RUN uv pip install --system -r requirements.txt\n"
         "Using Python {@py_minor}.{2-18} environment at: /usr/local\n"
         "  × No solution found when resolving dependencies:\n"
         "  ╰─▶ Because {=pip_name}=={=version} depends on {=pip_name:2}<{2-3} and you require {=pip_name:2}>={4-6}, we can "
         "conclude that your requirements and {=pip_name}=={=version} are incompatible.\n"
         "      And because you require {=pip_name}=={=version}, we can conclude that your requirements are unsatisfiable.\n"
         "\n"
         "--> ERROR: process \"/bin/sh -c uv pip install --system -r requirements.txt\" did not complete successfully: exit code: "
         "1")},
    {"fault_no_match",
     SIFT_GEN_ANY(
         "--> RUN {@pip_instruction}\n"
         "{*3-25 pip_line}\n"
         "ERROR: Could not find a version that satisfies the requirement {=pip_name}=={=version} (from versions: {+3-30 version})\n"
         "ERROR: No matching distribution found for {=pip_name}=={=version}\n"
         "{pip_notice}\n"
         "\n"
         "--> ERROR: process \"/bin/sh -c {@pip_instruction}\" did not complete successfully: exit code: 1",
         "--> RUN {@sdk_pip_instruction}\n"
         "{*3-25 pip_line}\n"
         "ERROR: Ignored the following versions that require a different python version: {version} Requires-Python >=3.{11-13}; "
         "{version} Requires-Python <3.{9-11}\n"
         "ERROR: Could not find a version that satisfies the requirement {=pip_name}>={=version} (from versions: none)\n"
         "ERROR: No matching distribution found for {=pip_name}>={=version}\n"
         "\n"
         "--> ERROR: process \"/bin/sh -c pip install --no-cache-dir -r /tmp/requirements.txt\" did not complete successfully: "
         "exit code: 1")},
    {"fault_wheel",
     SIFT_GEN_ANY("--> RUN {@pip_instruction}\n"
                  "{*3-20 pip_line}\n"
                  "  Building wheel for {=pip_name} (pyproject.toml): started\n"
                  "{wait 900-30000}  Building wheel for {=pip_name} (pyproject.toml): finished with status 'error'\n"
                  "  error: subprocess-exited-with-error\n"
                  "\n"
                  "  × Building wheel for {=pip_name} (pyproject.toml) did not run successfully.\n"
                  "  │ exit code: 1\n"
                  "  ╰─> [{20-190} lines of output]\n"
                  "      running bdist_wheel\n"
                  "      running build\n"
                  "      running build_ext\n"
                  "      error: command '/usr/bin/{gcc}' failed with exit code 1\n"
                  "      [end of output]\n"
                  "\n"
                  "  note: This error originates from a subprocess, and is likely not a problem with pip.\n"
                  "  ERROR: Failed building wheel for {=pip_name}\n"
                  "Failed to build {=pip_name}\n"
                  "error: failed-wheel-build-for-install\n"
                  "\n"
                  "× Failed to build installable wheels for some pyproject.toml based projects\n"
                  "╰─> {=pip_name}\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c {@pip_instruction}\" did not complete successfully: exit code: 1")},
    {"gcc", SIFT_GEN_ANY("gcc", "x86_64-linux-gnu-gcc", "g++", "cmake")},
    {"fault_metadata",
     SIFT_GEN_ANY("--> RUN {@pip_instruction}\n"
                  "{*3-20 pip_line}\n"
                  "  Downloading {=pip_name}-{version}.tar.gz ({size})\n"
                  "  Preparing metadata (setup.py): started\n"
                  "  Preparing metadata (setup.py): finished with status 'error'\n"
                  "  error: subprocess-exited-with-error\n"
                  "\n"
                  "  × python setup.py egg_info did not run successfully.\n"
                  "  │ exit code: 1\n"
                  "  ╰─> [{6-40} lines of output]\n"
                  "      Traceback (most recent call last):\n"
                  "        File \"<string>\", line 2, in <module>\n"
                  "        File \"<pip-setuptools-caller>\", line 34, in <module>\n"
                  "        File \"/tmp/pip-install-{b8}/{=pip_name}_{x32}/setup.py\", line {5-90}, in <module>\n"
                  "          {code}\n"
                  "      [end of output]\n"
                  "\n"
                  "  note: This error originates from a subprocess, and is likely not a problem with pip.\n"
                  "error: metadata-generation-failed\n"
                  "\n"
                  "× Encountered error while generating package metadata.\n"
                  "╰─> {=pip_name}\n"
                  "\n"
                  "note: This is an issue with the package mentioned above, not pip.\n"
                  "hint: See above for details.\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c {@pip_instruction}\" did not complete successfully: exit code: 1")},
    {"fault_invalid_requirement",
     SIFT_GEN_ANY(
         "--> RUN {@pip_instruction}\n"
         "ERROR: Invalid requirement: '{=pip_name}={version}': Expected package name at the start of dependency specifier\n"
         "    {=pip_name}={version}\n"
         "Hint: = is not a valid operator. Did you mean == ? (from line {1-40} of requirements.txt)\n"
         "\n"
         "--> ERROR: process \"/bin/sh -c {@pip_instruction}\" did not complete successfully: exit code: 1")},
    {"fault_git_requirement",
     SIFT_GEN_ANY(
         "--> RUN {@pip_instruction}\n"
         "{*2-9 pip_line}\n"
         "Collecting git+https://github.com/{first_name}{word}/{word}-{noun}.git (from -r requirements.txt (line {1-40}))\n"
         "  Cloning https://github.com/{first_name}{word}/{word}-{noun}.git to /tmp/pip-req-build-{b8}\n"
         "  fatal: could not read Username for 'https://github.com': No such device or address\n"
         "  error: subprocess-exited-with-error\n"
         "\n"
         "  × git clone --filter=blob:none --quiet https://github.com/{first_name}{word}/{word}-{noun}.git /tmp/pip-req-build-{b8} "
         "did not run successfully.\n"
         "  │ exit code: 128\n"
         "  ╰─> See above for output.\n"
         "\n"
         "--> ERROR: process \"/bin/sh -c {@pip_instruction}\" did not complete successfully: exit code: 1")},
    {"fault_other_python",
     SIFT_GEN_ANY("--> RUN {@pip_instruction}\n"
                  "{*3-20 pip_line}\n"
                  "ERROR: Package '{=pip_name}' requires a different Python: {@py_minor}.{2-18} not in '>=3.{13-14}'\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c {@pip_instruction}\" did not complete successfully: exit code: 1")},
    {"fault_apt_gone",
     SIFT_GEN_ANY("--> RUN apt-get update && apt-get install -y     {=apt_gone}     {apt_name}     && rm -rf /var/lib/apt/lists/*\n"
                  "{apt_index}\n"
                  "Building dependency tree...\n"
                  "Reading state information...\n"
                  "Package {=apt_gone} is not available, but is referred to by another package.\n"
                  "This may mean that the package is missing, has been obsoleted, or\n"
                  "is only available from another source\n"
                  "\n"
                  "E: Package '{=apt_gone}' has no installation candidate\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c apt-get update && apt-get install -y     {=apt_gone}     {apt_name}     && rm "
                  "-rf /var/lib/apt/lists/*\" did not complete successfully: exit code: 100")},
    {"fault_apt_typo",
     SIFT_GEN_ANY("--> RUN {@apt_instruction}\n"
                  "{apt_index}\n"
                  "Building dependency tree...\n"
                  "Reading state information...\n"
                  "E: Unable to locate package {apt_typo}\n"
                  "{*0-2 apt_more}\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c {@apt_instruction}\" did not complete successfully: exit code: 100",
                  "--> RUN --mount=target=/root/packages.txt,source=packages.txt     apt-get update &&     xargs -r -a "
                  "/root/packages.txt apt-get install -y     && rm -rf /var/lib/apt/lists/*\n"
                  "{apt_index}\n"
                  "Building dependency tree...\n"
                  "E: Unable to locate package {apt_typo}\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c apt-get update &&     xargs -r -a /root/packages.txt apt-get install -y     && "
                  "rm -rf /var/lib/apt/lists/*\" did not complete successfully: exit code: 123")},
    {"apt_more", SIFT_GEN_ANY("E: Couldn't find any package by glob '{apt_typo}'", "E: Unable to locate package {apt_typo}")},
    {"fault_parse",
     SIFT_GEN_ANY("\n"
                  "--------------------\n"
                  "   {5-9} |     # {verb_ing} the {noun}\n"
                  "  {10-19} |     RUN apt-get update && apt-get install -y /\n"
                  "  {20-29} | >>>     {=apt_name} /\n"
                  "  {30-39} |         {apt_name} /\n"
                  "--------------------\n"
                  "error: failed to solve: dockerfile parse error on line {20-29}: unknown instruction: {=apt_name}",
                  "\n"
                  "--------------------\n"
                  "  {10-19} |     WORKDIR {@app_dir}\n"
                  "  {20-29} | >>> {=bad_instruction} {@file_py} .\n"
                  "  {30-39} |     EXPOSE 7860\n"
                  "--------------------\n"
                  "error: failed to solve: dockerfile parse error on line {20-29}: unknown instruction: {=bad_instruction}")},
    {"bad_instruction", SIFT_GEN_ANY("COPPY", "WORKDR", "```", "pip", "ENTRYPIONT", "FORM", "uvicorn", "{word}")},
    {"fault_copy", SIFT_GEN_ANY("--> COPY {=copied} .\n"
                                "\n"
                                "--> ERROR: failed to calculate checksum of ref {b25}::{b25}: \"/{=copied}\": not found",
                                "--> COPY --chown=user {=copied} {@app_dir}/{=copied}\n"
                                "\n"
                                "--> ERROR: failed to calculate checksum of ref {b25}::{b25}: \"/{=copied}\": not found")},
    {"copied", SIFT_GEN_ANY("requirements.txt", "{word}.json", "{word}/requirements.txt", "entrypoint.sh", "{noun}s", "nginx.conf",
                            "package-lock.json", "start.sh", ".env", "models/{word}.pkl")},
    {"fault_eresolve",
     SIFT_GEN_ANY("--> RUN npm install\n"
                  "npm error code ERESOLVE\n"
                  "npm error ERESOLVE could not resolve\n"
                  "npm error\n"
                  "npm error While resolving: {=npm_name}@{=version}\n"
                  "npm error Found: {npm_name}@{version}\n"
                  "npm error node_modules/{npm_name}\n"
                  "npm error   {npm_name}@\"{version}\" from the root project\n"
                  "npm error\n"
                  "npm error Could not resolve dependency:\n"
                  "npm error peer {npm_name}@\"^{1-16} || {17-18}\" from {=npm_name}@{=version}\n"
                  "npm error\n"
                  "npm error Fix the upstream dependency conflict, or retry\n"
                  "npm error this command with --force or --legacy-peer-deps\n"
                  "npm error to accept an incorrect (and potentially broken) dependency resolution.\n"
                  "npm error A complete log of this run can be found in: /root/.npm/_logs/{time_file}-debug-0.log\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c npm install\" did not complete successfully: exit code: 1")},
    {"fault_npm_ci",
     SIFT_GEN_ANY("--> RUN npm ci\n"
                  "npm error code EUSAGE\n"
                  "npm error\n"
                  "npm error `npm ci` can only install packages when your package.json and package-lock.json or "
                  "npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.\n"
                  "npm error\n"
                  "npm error Missing: {npm_name}@{version} from lock file\n"
                  "npm error Invalid: lock file's {npm_name}@{version} does not satisfy {npm_name}@{version}\n"
                  "npm error\n"
                  "npm error A complete log of this run can be found in: /root/.npm/_logs/{time_file}-debug-0.log\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c npm ci\" did not complete successfully: exit code: 1")},
    {"fault_next_resolve",
     SIFT_GEN_ANY("--> RUN npm run build\n"
                  "\n"
                  "> {@word:7}-web@{@version} build\n"
                  "> next build\n"
                  "\n"
                  "   ▲ Next.js {13-15}.{0-5}.{0-9}\n"
                  "\n"
                  "   Creating an optimized production build ...\n"
                  "{wait 2000-30000}Failed to compile.\n"
                  "\n"
                  "./src/app/{word}/page.tsx\n"
                  "Module not found: Can't resolve '@/components/{word}-{noun}'\n"
                  "\n"
                  "https://nextjs.org/docs/messages/module-not-found\n"
                  "\n"
                  "> Build failed because of webpack errors\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c npm run build\" did not complete successfully: exit code: 1")},
    {"fault_vite",
     SIFT_GEN_ANY(
         "--> RUN npm run build\n"
         "\n"
         "> {@word:7}-{@noun:7}@{@version} build\n"
         "> tsc && vite build\n"
         "\n"
         "src/components/{word}.tsx({2-190},{2-60}): error TS2{300-800}: Property '{word}' does not exist on type '{noun}'.\n"
         "src/{word}/{noun}.ts({2-190},{2-60}): error TS2{300-800}: Cannot find name '{word}'.\n"
         "\n"
         "--> ERROR: process \"/bin/sh -c npm run build\" did not complete successfully: exit code: 2",
         "--> RUN npm run build\n"
         "\n"
         "> {@word:7}-{@noun:7}@{@version} build\n"
         "> vite build\n"
         "\n"
         "vite v{5-7}.{0-4}.{0-19} building for production...\n"
         "transforming...\n"
         "x Build failed in {1-9}.{0-99w2}s\n"
         "error during build:\n"
         "[vite]: Rollup failed to resolve import \"{npm_name}\" from \"/app/src/{word}.tsx\".\n"
         "This is most likely unintended because it can break your application at runtime.\n"
         "\n"
         "--> ERROR: process \"/bin/sh -c npm run build\" did not complete successfully: exit code: 1")},
    {"fault_gyp", SIFT_GEN_ANY("--> RUN npm install\n"
                               "npm error code 1\n"
                               "npm error path /app/node_modules/{=npm_name}\n"
                               "npm error command failed\n"
                               "npm error command sh -c node-gyp rebuild\n"
                               "npm error gyp info it worked if it ends with ok\n"
                               "npm error gyp ERR! find Python You need to install the latest version of Python.\n"
                               "npm error gyp ERR! configure error\n"
                               "npm error gyp ERR! stack Error: Could not find any Python installation to use\n"
                               "npm error gyp ERR! not ok\n"
                               "npm error A complete log of this run can be found in: /root/.npm/_logs/{time_file}-debug-0.log\n"
                               "\n"
                               "--> ERROR: process \"/bin/sh -c npm install\" did not complete successfully: exit code: 1")},
    {"fault_maven",
     SIFT_GEN_ANY("--> RUN mvn package -DskipTests -q\n"
                  "{wait 4000-40000}[ERROR] COMPILATION ERROR : \n"
                  "[ERROR] /app/src/main/java/com/{@word:3}/{=noun}/{word}.java:[{5-90},{1-60}] cannot find symbol\n"
                  "  symbol:   class {word}{noun}\n"
                  "  location: class com.{@word:3}.{=noun}.{word}\n"
                  "[ERROR] Failed to execute goal org.apache.maven.plugins:maven-compiler-plugin:3.{8-13}.{0-1}:compile "
                  "(default-compile) on project {@word:3}-backend: Compilation failure\n"
                  "[ERROR] -> [Help 1]\n"
                  "[ERROR] \n"
                  "[ERROR] To see the full stack trace of the errors, re-run Maven with the -e switch.\n"
                  "\n"
                  "--> ERROR: process \"/bin/sh -c mvn package -DskipTests -q\" did not complete successfully: exit code: 1")},
    {"fault_killed",
     SIFT_GEN_ANY("--> RUN {@pip_instruction}\n"
                  "{*4-30 pip_line}\n"
                  "{wait 9000-90000}Installing collected packages: {+8-40 pip_name}",
                  "--> RUN python -c \"from transformers import AutoModel; AutoModel.from_pretrained('{@model}')\"\n"
                  "{tqdm_download}\n"
                  "{tqdm_download}",
                  "--> RUN npm run build\n"
                  "\n"
                  "> {@word:7}-web@{@version} build\n"
                  "> next build\n"
                  "\n"
                  "   Creating an optimized production build ...")},
    {"plat_killed", SIFT_GEN_ANY("Job failed with exit code: 137", "Job failed with exit code: 137. Reason: OOMKilled",
                                 "Job failed with exit code: 143",
                                 "Build error\n"
                                 "Job failed with exit code: 137")},
    {"fault_hang", SIFT_GEN_ANY("--> RUN {@pip_instruction}\n"
                                "{*3-20 pip_line}\n"
                                "Building wheels for collected packages: {@slow_wheel}\n"
                                "  Building wheel for {@slow_wheel} (pyproject.toml): started\n"
                                "  {*4-20 hang_line}",
                                "--> RUN {@pip_instruction}\n"
                                "{*3-20 pip_line}\n"
                                "  Downloading {@slow_wheel}-{version}.tar.gz ({size})\n"
                                "  Installing build dependencies: started\n"
                                "  {*4-20 hang_more}")},
    {"slow_wheel",
     SIFT_GEN_ANY("llama-cpp-python", "flash-attn", "numpy", "grpcio", "pandas", "dlib", "xformers", "opencv-python")},
    {"hang_line", SIFT_GEN_ANY("{wait 60000-70000}  Building wheel for {@slow_wheel} (pyproject.toml): still running...")},
    {"hang_more", SIFT_GEN_ANY("{wait 60000-70000}  Preparing metadata (pyproject.toml): still running...")},
    {"fault_base_image", SIFT_GEN_ANY("--> FROM docker.io/library/python:3.1\n"
                                      "\n"
                                      "--> ERROR: docker.io/library/python:3.1: not found")},
    {"fault_registry",
     SIFT_GEN_ANY(
         "--> Pushing image\n"
         "{wait 900-5000}\n"
         "ERROR: failed to push spaces-registry.huggingface.tech/spaces/{x24}:cpu-{x7}-{b8}: unexpected status from HEAD request "
         "to https://spaces-registry.huggingface.tech/v2/spaces/{x24}/manifests/cpu-{x7}-{b8}: 401 Unauthorized",
         "--> Pushing image\n"
         "{wait 900-5000}\n"
         "ERROR: failed to push spaces-registry.huggingface.tech/spaces/{x24}:cpu-{x7}-{b8}: failed to authorize: failed to fetch "
         "oauth token: unexpected status from POST request to https://spaces-registry.huggingface.tech/token: 503 Service "
         "Unavailable",
         "--> Pushing image\n"
         "{wait 900-5000}\n"
         "ERROR: failed to push spaces-registry.huggingface.tech/spaces/{x24}:gpu-{x7}-{b8}: unexpected status from PUT request to "
         "https://spaces-registry.huggingface.tech/v2/spaces/{x24}/blobs/uploads/{uuid}: 500 Internal Server Error")},
    {"plat_registry",
     SIFT_GEN_ANY("Unexpected job error\n"
                  "\n"
                  "ERROR: failed to push spaces-registry.huggingface.tech/spaces/{x24}:cpu-{x7}-{b8}: unexpected status from HEAD "
                  "request to https://spaces-registry.huggingface.tech/v2/spaces/{x24}/manifests/cpu-{x7}-{b8}: 401 Unauthorized",
                  "Build error\n"
                  "Unexpected job error")},
    {"plat_job_failed", SIFT_GEN_ANY("Job failed with exit code: 1. Reason: {cache_misses}", "Job failed with exit code: 1",
                                     "Build error\n"
                                     "Job failed with exit code: 1")},
    {"cache_misses",
     SIFT_GEN_ANY("cache miss: [base {3-5}/9] RUN apt-get update && apt-get install -y {apt_name}\n"
                  "{*2-9 cache_miss}\n"
                  "{{\"total\":{20-40},\"completed\":{9-19},\"user_total\":{9-18},\"user_cached\":0,\"user_completed\":{3-8},"
                  "\"user_cacheable\":{5-18},\"from\":1,\"miss\":{5-18},\"client_duration_ms\":{9000-900000}}")},
    {"cache_miss",
     SIFT_GEN_ANY("cache miss: [base {1-9}/9] WORKDIR /home/user/app",
                  "cache miss: [run 1/2] COPY --link --chown=1000 ./ /home/user/app",
                  "cache miss: [pipfreeze 1/1] RUN pip freeze > /tmp/freeze.txt",
                  "cache miss: [base {1-9}/9] RUN --mount=target=/tmp/requirements.txt,source=requirements.txt     pip install "
                  "--no-cache-dir -r /tmp/requirements.txt",
                  "cache miss: [run 2/2] LINK COPY --from=pipfreeze --link --chown=1000 /tmp/freeze.txt /tmp/freeze.txt")},
    {"plat_cache_miss",
     SIFT_GEN_ANY("Job failed with exit code: 1. Reason: {cache_misses}", "Build error\n"
                                                                          "\n"
                                                                          "Job failed with exit code: 1. Reason: {cache_misses}")},
    {NULL, NULL},
};
