/* Python tracebacks and the way the Hub quotes them. */
#include "tools/fleetgen/tables.h"

const struct sift_gen_source sift_gen_rules_python[] = {
    {"site", SIFT_GEN_ANY("/usr/local/lib/python{@py_minor}/site-packages", "/usr/local/lib/python{@py_minor}/site-packages",
                          "/home/user/.local/lib/python{@py_minor}/site-packages",
                          "/home/user/.pyenv/versions/{@py_minor}.{2-19}/lib/python{@py_minor}/site-packages",
                          "/app/.venv/lib/python{@py_minor}/site-packages")},
    {"code", SIFT_GEN_ANY("{noun} = {verb_ing}_{noun}({word}, {noun})", "return self._{word}({noun}, **kwargs)",
                          "result = {word}.{noun}({noun}_id, timeout={1-90})", "{word} = await {noun}({word})",
                          "self.{noun} = {word}.from_config({noun})", "return fn(*args, **kwargs)", "raise {noun}_error from err",
                          "with {word}.{noun}() as {word}:", "value = {noun}[{word}]", "{noun}.{word}({word}=True)",
                          "module = importlib.import_module({word})", "return await self.app(scope, receive, send)")},
    {"function", SIFT_GEN_ANY("<module>", "{word}", "{word}_{noun}", "__init__", "__call__", "_{noun}_{word}", "wrapper",
                              "{verb_ing}", "main", "from_pretrained")},
    {"frame_app", SIFT_GEN_ANY("  File \"{@app_dir}/{@file_py}\", line {5-990}, in {function}\n"
                               "    {code}",
                               "  File \"{@app_dir}/{word}/{noun}.py\", line {5-990}, in {function}\n"
                               "    {code}")},
    {"frame_lib", SIFT_GEN_ANY("  File \"{@site}/{@py_module/6}/{noun}.py\", line {5-3900}, in {function}\n"
                               "    {code}",
                               "  File \"{@site}/{@py_module/6}/{word}/{noun}.py\", line {5-3900}, in {function}\n"
                               "    {code}",
                               "  File \"{@site}/{@py_module/6}/{noun}.py\", line {5-3900}, in {function}\n"
                               "    {code}\n"
                               "           ^^^^^^^^^^^^^^^^^^^^",
                               "  File \"/usr/local/lib/python{@py_minor}/{word}.py\", line {5-990}, in {function}\n"
                               "    {code}")},
    {"frame_main", SIFT_GEN_ANY("  File \"{@app_dir}/{@file_py}\", line {2-90}, in <module>\n"
                                "    {code}")},
    {"traceback", SIFT_GEN_ANY("Traceback (most recent call last):\n"
                               "{frame_main}",
                               "Traceback (most recent call last):\n"
                               "{frame_main}\n"
                               "{*1-3 frame_app}",
                               "Traceback (most recent call last):\n"
                               "{frame_main}\n"
                               "{*2-9 frame_lib}",
                               "Traceback (most recent call last):\n"
                               "{frame_main}\n"
                               "{*1-3 frame_app}\n"
                               "{*1-14 frame_lib}")},
    {"traceback_request", SIFT_GEN_ANY("Traceback (most recent call last):\n"
                                       "{*2-9 frame_lib}\n"
                                       "{*1-3 frame_app}",
                                       "Traceback (most recent call last):\n"
                                       "{*1-4 frame_lib}\n"
                                       "{frame_app}")},
    {"reason_open", SIFT_GEN_ANY("Exit code: 1. Reason: Traceback (most recent call last):\n"
                                 "{frame_main}",
                                 "Exit code: 1. Reason: {cut}\n"
                                 "    {code}\n"
                                 "{*1-4 frame_lib}",
                                 "Exit code: 1. Reason: {cut}\n"
                                 "    {code}",
                                 "Exit code: 1. Reason: Traceback (most recent call last):\n"
                                 "{frame_main}\n"
                                 "{*1-3 frame_lib}")},
    {"cut", SIFT_GEN_ANY("ser/.local/lib/python{@py_minor}/site-packages/{py_module}/{noun}.py\", line {5-990}, in {function}",
                         "thon{@py_minor}/site-packages/{py_module}/{word}/{noun}.py\", line {5-990}, in {function}",
                         "on_pretrained", "\", line {5-990}, in {function}", "pp/{@file_py}\", line {5-90}, in <module>")},
    {"reason_plain", SIFT_GEN_ANY("Exit code: 1. Reason: ")},
    {NULL, NULL},
};
