#include "tools/fleetgen/cases.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Short names, so that the table below can be read as one. */
#define SDK SIFT_GEN_OF_SDK
#define PYTHON SIFT_GEN_OF_PYTHON
#define NODE SIFT_GEN_OF_NODE
#define JAVA SIFT_GEN_OF_JAVA
#define PY SIFT_GEN_OF_PY
#define DOCKER SIFT_GEN_OF_DOCKER
#define ALL SIFT_GEN_OF_ALL
#define BUILD SIFT_GEN_SHAPE_BUILD
#define FIRST SIFT_GEN_SHAPE_FIRST
#define START SIFT_GEN_SHAPE_START
#define UNHEALTHY SIFT_GEN_SHAPE_UNHEALTHY
#define LATE SIFT_GEN_SHAPE_LATE
#define RECURRING SIFT_GEN_SHAPE_RECURRING
#define NO_START SIFT_GEN_SHAPE_NO_START
#define HUB SIFT_GEN_SHAPE_HUB
#define ALONE SIFT_GEN_SHAPE_ALONE

/* verdict, branch, shape, families, fault, platform, traceback, quoted */
static const struct sift_gen_case cases[] = {
    {"apt_package", "8", BUILD, PY, "fault_apt_gone", NULL, false, false},
    {"apt_package", "8", BUILD, ALL, "fault_apt_typo", "plat_job_failed", false, false},
    {"build_hang", "", BUILD, PY, "fault_hang", NULL, false, false},
    {"build_killed", "", BUILD, PY, "fault_killed", "plat_killed", false, false},
    {"build_step_failed", "", BUILD, NODE, "fault_eresolve", NULL, false, false},
    {"build_step_failed", "", BUILD, NODE, "fault_npm_ci", NULL, false, false},
    {"build_step_failed", "", BUILD, NODE, "fault_next_resolve", "plat_job_failed", false, false},
    {"build_step_failed", "", BUILD, NODE, "fault_vite", NULL, false, false},
    {"build_step_failed", "", BUILD, NODE, "fault_gyp", NULL, false, false},
    {"build_step_failed", "", BUILD, JAVA, "fault_maven", NULL, false, false},
    {"cuda_oom", "", START, PY, "err_cuda_oom", NULL, true, true},
    {"cuda_oom", "", RECURRING, PY, "err_cuda_oom", NULL, true, false},
    {"dep_conflict", "7", BUILD, PY, "fault_conflict", "plat_job_failed", false, false},
    {"dep_conflict", "7", BUILD, PY, "fault_conflict", NULL, false, false},
    {"dep_conflict", "7", BUILD, PYTHON, "fault_conflict_uv", NULL, false, false},
    {"dep_incompatible", "7", BUILD, PY, "fault_other_python", NULL, false, false},
    {"dep_incompatible", "7", START, PY, "err_hffolder", NULL, true, true},
    {"dep_incompatible", "7", START, PY, "err_audioop", NULL, true, true},
    {"dep_incompatible", "7", START, PY, "err_numpy", NULL, true, true},
    {"dep_incompatible", "7", START, SDK, "err_httpx", NULL, true, true},
    {"dep_install_failed", "7", BUILD, PY, "fault_no_match", NULL, false, false},
    {"dep_install_failed", "7", BUILD, PY, "fault_wheel", "plat_job_failed", false, false},
    {"dep_install_failed", "7", BUILD, PY, "fault_metadata", NULL, false, false},
    {"dep_install_failed", "7", BUILD, PY, "fault_invalid_requirement", NULL, false, false},
    {"dep_install_failed", "7", BUILD, PY, "fault_git_requirement", NULL, false, false},
    {"dep_missing_module", "7", START, PY, "err_module", NULL, true, true},
    {"dep_missing_module", "7", START, PY, "err_module", NULL, true, false},
    {"dep_missing_module", "7", START, PY, "err_module", NULL, true, true},
    {"dep_missing_module", "7", START, PY, "err_own_module", NULL, true, true},
    {"disk_limit", "", LATE, ALL, NULL, "plat_disk", false, false},
    {"dockerfile_error", "", FIRST, DOCKER, "fault_parse", NULL, false, false},
    {"dockerfile_error", "", BUILD, DOCKER, "fault_copy", NULL, false, false},
    {"exited_early", "", START, PY, "err_exited", "plat_exited", false, false},
    {"external_service", "", START, NODE, "err_prisma", NULL, false, false},
    {"external_service", "", START, PY, "err_database", NULL, true, true},
    {"external_service", "", START, PY, "err_dns", NULL, true, true},
    {"external_service", "", RECURRING, ALL, "err_external_request", NULL, false, false},
    {"framework_api_error", "", START, SDK, "err_kwarg", NULL, true, true},
    {"framework_api_error", "", START, SDK, "err_bool", NULL, true, false},
    {"git_push_rejected", "", ALONE, ALL, NULL, "plat_push", false, false},
    {"gpu_driver", "", START, PY, "err_driver", NULL, true, true},
    {"hub_auth", "", START, PY, "err_gated", NULL, true, true},
    {"hub_auth", "", START, PY, "err_token", NULL, true, false},
    {"hub_download", "", START, PY, "err_hub_timeout", NULL, true, true},
    {"hub_download", "", START, PY, "err_hub_504", NULL, true, false},
    {"hub_model_not_found", "", START, PY, "err_model_id", NULL, true, true},
    {"logs_unavailable", "3", ALONE, ALL, NULL, "plat_no_logs", false, false},
    {"missing_file", "", START, PY, "err_no_file", NULL, true, true},
    {"missing_file", "", START, PYTHON, "err_no_entry", NULL, false, false},
    {"missing_file", "", START, PY, "err_nltk", NULL, true, false},
    {"missing_file", "", ALONE, ALL, NULL, "plat_no_app", false, false},
    {"missing_secret", "", START, PY, "err_api_key", NULL, true, true},
    {"missing_secret", "", START, PY, "err_bearer", NULL, true, false},
    {"oom", "", LATE, ALL, NULL, "plat_oom", false, false},
    {"oom", "", UNHEALTHY, PY, NULL, "plat_oom", false, false},
    {"permission_denied", "", START, PY, "err_permission", NULL, true, true},
    {"permission_denied", "", START, PYTHON, "err_gitconfig", NULL, false, false},
    {"platform_incident", "1", NO_START, ALL, NULL, "plat_containerd", false, false},
    {"policy_block", "6D", HUB, ALL, NULL, "plat_policy", false, false},
    {"port_bind", "6B", START, PYTHON, "err_port_98", NULL, false, false},
    {"port_bind", "6B", START, SDK, "err_port_range", NULL, true, true},
    {"port_bind", "6B", START, NODE, "err_port_node", NULL, false, false},
    {"port_bind", "6B", UNHEALTHY, PYTHON, "err_wrong_port", "plat_launch", false, false},
    {"queued_only", "3", SIFT_GEN_SHAPE_QUEUED, ALL, NULL, NULL, false, false},
    {"readme_config", "", ALONE, ALL, NULL, "plat_readme", false, false},
    {"readme_config", "", FIRST, SDK, "fault_base_image", NULL, false, false},
    {"registry_push", "6C", SIFT_GEN_SHAPE_PUSH, ALL, "fault_registry", "plat_registry", false, false},
    {"repo_clone_error", "4", ALONE, ALL, NULL, "plat_clone", false, false},
    {"repo_storage_limit", "4", ALONE, ALL, NULL, "plat_storage", false, false},
    {"restart_503", "6", HUB, ALL, NULL, "plat_503", false, false},
    {"runtime_request_error", "", RECURRING, ALL, NULL, NULL, false, false},
    {"runtime_request_error", "", RECURRING, ALL, NULL, NULL, false, false},
    {"runtime_request_error", "", RECURRING, ALL, NULL, NULL, false, false},
    {"scheduling_capacity", "5", NO_START, ALL, NULL, "plat_capacity", false, false},
    {"startup_crash", "6A", START, PY, "err_indent", NULL, false, true},
    {"startup_crash", "6A", START, PY, "err_name", NULL, true, true},
    {"startup_crash", "6A", START, PYTHON, "err_handler", NULL, true, false},
    {"startup_crash", "6A", START, PYTHON, "err_supervisor", "plat_exit_1", false, false},
    {"unclassified", "10", ALONE, SDK, NULL, "plat_cache_miss", false, false},
    {"unhealthy_timeout", "9", UNHEALTHY, PY, "err_slow", "plat_launch", false, false},
    {"unhealthy_timeout", "9", UNHEALTHY, ALL, NULL, "plat_launch", false, false},
    {"zerogpu", "", START, SDK, NULL, "plat_zero_none", false, false},
    {"zerogpu", "", START, SDK, "err_zero_main", NULL, true, true},
    {"zerogpu", "", START, SDK, "err_zero_init", NULL, true, true},
    {"zerogpu", "", RECURRING, SDK, "err_zero_quota", NULL, false, false},
};

const struct sift_gen_case sift_gen_case_healthy = {"healthy", "", SIFT_GEN_SHAPE_HEALTHY, ALL, NULL, NULL, false, false};
const struct sift_gen_case sift_gen_case_quiet = {"no_fault_seen", "", SIFT_GEN_SHAPE_QUIET, PY, NULL, NULL, false, false};
const struct sift_gen_case sift_gen_case_incident = {
    "platform_incident", "1", SIFT_GEN_SHAPE_PUSH, ALL, "fault_registry", "plat_registry", false, false};

static const struct sift_gen_app apps[] = {
    {SIFT_GEN_SDK, "start_gradio", "ready_gradio", "chat_gradio", "err_gradio"},
    {SIFT_GEN_SDK, "start_gradio", "ready_gradio", "chat_gradio", "err_gradio"},
    {SIFT_GEN_SDK, "start_streamlit", "ready_streamlit", "chat_streamlit", "err_gradio"},
    {SIFT_GEN_PYTHON, "start_fastapi", "ready_fastapi", "chat_fastapi", "err_asgi"},
    {SIFT_GEN_PYTHON, "start_fastapi", "ready_fastapi", "chat_sql", "err_asgi"},
    {SIFT_GEN_PYTHON, "start_fastapi", "ready_fastapi", "chat_llm", "err_asgi"},
    {SIFT_GEN_PYTHON, "start_fastapi", "ready_fastapi", "chat_jsonlog", "err_asgi"},
    {SIFT_GEN_PYTHON, "start_fastapi", "ready_fastapi", "chat_bot", "err_asgi"},
    {SIFT_GEN_PYTHON, "start_flask", "ready_flask", "chat_flask", "err_wsgi"},
    {SIFT_GEN_PYTHON, "start_flask", "ready_flask", "chat_scrape", "err_wsgi"},
    {SIFT_GEN_PYTHON, "start_trainer", "ready_gradio", "chat_trainer", "err_gradio"},
    {SIFT_GEN_NODE, "start_node", "ready_node", "chat_node", "err_node"},
    {SIFT_GEN_NODE, "start_next", "ready_next", "chat_next", "err_node"},
    {SIFT_GEN_JAVA, "start_spring", "ready_spring", "chat_spring", "err_spring"},
    {SIFT_GEN_GO, "start_go", "ready_go", "chat_go", "err_go"},
};

const struct sift_gen_app sift_gen_app_quiet[2] = {
    {SIFT_GEN_PYTHON, "start_quiet", NULL, "chat_trainer", NULL},
    {SIFT_GEN_PYTHON, "start_quiet", NULL, "chat_scrape", NULL},
};

const struct sift_gen_case *sift_gen_cases(size_t *count) {
  *count = COUNT(cases);
  return cases;
}

size_t sift_gen_case_starts(size_t *starts) {
  size_t verdicts = 0;
  for (size_t i = 0; i < COUNT(cases); i++) {
    if (i == 0 || strcmp(cases[i].verdict, cases[i - 1].verdict) != 0) {
      starts[verdicts++] = i;
    }
  }
  starts[verdicts] = COUNT(cases);
  return verdicts;
}

const struct sift_gen_app *sift_gen_apps(size_t *count) {
  *count = COUNT(apps);
  return apps;
}

bool sift_gen_shape_serves(enum sift_gen_shape shape) {
  return shape == SIFT_GEN_SHAPE_HEALTHY || shape == SIFT_GEN_SHAPE_QUIET || shape == SIFT_GEN_SHAPE_LATE ||
         shape == SIFT_GEN_SHAPE_RECURRING;
}
