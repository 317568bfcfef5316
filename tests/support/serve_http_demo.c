/* The HTTP side alone, over the Spaces of a state file, for the end-to-end tests: serve_http_demo RULES STATE ADDRESS [NAME=VALUE…].
 * Says where it listens, then obeys lines on standard input and says what it did: "publish FILE" (of events), "none" and
 * "some" (take the view away, give it back), "unready TEXT", "ready"; ends with its input. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ingest/serve/http.h"
#include "patterns/loader.h"

struct demo {
  struct sift_ruleset *ruleset;
  struct sift_arena arena;
  struct sift_state_header header;
  struct sift_view *view;
  bool hidden; /* atomic, as `reason` */
  const char *reason;
  struct sift_loop_counters loop;
  struct sift_server_counters server;
};

static struct sift_view *give_view(void *context) {
  struct demo *demo = context;
  return __atomic_load_n(&demo->hidden, __ATOMIC_ACQUIRE) ? NULL : sift_view_acquire(demo->view);
}

static size_t tell_unready(void *context, const char *reasons[SIFT_HTTP_REASONS_MAX]) {
  struct demo *demo = context;
  reasons[0] = __atomic_load_n(&demo->reason, __ATOMIC_ACQUIRE);
  return reasons[0] != NULL;
}

static void give_metrics(void *context, struct sift_metrics *out) {
  static const struct sift_metrics_listener listener = {"tcp://127.0.0.1:1", "lines"};
  static const struct sift_loop_counters *loops[1];
  struct demo *demo = context;
  loops[0] = &demo->loop;
  out->loops = loops;
  out->loop_count = 1;
  out->listeners = &listener;
  out->listener_count = 1;
  out->server = &demo->server;
  out->started_ns = INT64_C(1769853600000000000);
}

static int64_t tell_time(void *context) {
  (void)context;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static char *read_file(const char *path, size_t *size) {
  FILE *file = fopen(path, "rb");
  char *bytes = NULL;
  *size = 0;
  if (file != NULL && fseek(file, 0, SEEK_END) == 0) {
    long end = ftell(file);
    rewind(file);
    bytes = malloc((size_t)end + 1);
    *size = bytes != NULL ? fread(bytes, 1, (size_t)end, file) : 0;
  }
  if (file != NULL) {
    fclose(file);
  }
  return bytes;
}

static bool load(struct demo *demo, const char *rules, const char *state) {
  struct sift_problems problems;
  size_t size = 0;
  sift_problems_init(&problems);
  sift_arena_init(&demo->arena);
  char *bytes = read_file(state, &size);
  bool good = bytes != NULL && sift_rules_load(&demo->ruleset, rules, &problems) == SIFT_OK &&
              sift_state_header_make(&demo->header, demo->ruleset, &demo->arena) == SIFT_OK;
  sift_problems_release(&problems);
  if (good) {
    struct sift_run run = {.bytes = bytes, .size = size};
    struct sift_view_input input = {.runs = &run,
                                    .run_count = 1,
                                    .rules = {.ruleset = demo->ruleset, .header = &demo->header},
                                    .spaces_max = 1000000,
                                    .now_ns = SIFT_TIME_NONE};
    good = sift_view_build(&demo->view, &input) == SIFT_OK;
  }
  free(bytes);
  return good;
}

static bool set_limit(struct sift_http_config *config, const char *name, const char *value) {
  unsigned long number = strtoul(value, NULL, 10);
  if (strcmp(name, "token_file") == 0) {
    config->token_file = value;
  } else if (strcmp(name, "connections_max") == 0) {
    config->connections_max = number;
  } else if (strcmp(name, "stream_bytes_max") == 0) {
    config->stream_bytes_max = number;
  } else if (strcmp(name, "tap_bytes_max") == 0) {
    config->tap_bytes_max = number;
  } else if (strcmp(name, "head_timeout_ms") == 0) {
    config->head_timeout_ms = (unsigned)number;
  } else if (strcmp(name, "idle_timeout_ms") == 0) {
    config->idle_timeout_ms = (unsigned)number;
  } else if (strcmp(name, "stall_timeout_ms") == 0) {
    config->stall_timeout_ms = (unsigned)number;
  } else if (strcmp(name, "keepalive_ms") == 0) {
    config->keepalive_ms = (unsigned)number;
  } else {
    return false;
  }
  return true;
}

static void publish(struct sift_http *http, const char *path) {
  size_t size = 0;
  char *bytes = read_file(path, &size);
  bool wanted = sift_tap_wanted(sift_http_tap(http));
  sift_tap_publish(sift_http_tap(http), sift_span("", 0), sift_span(bytes, size));
  printf("published %d\n", wanted);
  free(bytes);
}

static void obey(struct demo *demo, struct sift_http *http, char *line) {
  static char reason[256];
  line[strcspn(line, "\n")] = '\0';
  if (strncmp(line, "publish ", 8) == 0) {
    publish(http, line + 8);
    return;
  }
  if (strncmp(line, "unready ", 8) == 0) {
    snprintf(reason, sizeof reason, "%.255s", line + 8);
    __atomic_store_n(&demo->reason, reason, __ATOMIC_RELEASE);
  } else if (strcmp(line, "ready") == 0) {
    __atomic_store_n(&demo->reason, NULL, __ATOMIC_RELEASE);
  } else if (strcmp(line, "none") == 0 || strcmp(line, "some") == 0) {
    __atomic_store_n(&demo->hidden, line[0] == 'n', __ATOMIC_RELEASE);
  }
  puts("done");
}

int main(int argc, char **argv) {
  static struct demo demo;
  static char limits[16][256];
  struct sift_http *http = NULL;
  char error[512] = "";
  char line[4096];
  if (argc < 4 || argc - 4 > 16 || !load(&demo, argv[1], argv[2])) {
    fputs("serve_http_demo: wrong usage, rules or state\n", stderr);
    return 2;
  }
  struct sift_http_config config = {
      .address = argv[3], .fd = -1, .ops = {&demo, give_view, tell_unready, give_metrics, tell_time, NULL}};
  for (int i = 4; i < argc; i++) {
    char *copy = limits[i - 4];
    snprintf(copy, sizeof limits[0], "%s", argv[i]);
    char *equals = strchr(copy, '=');
    if (equals == NULL) {
      return 2;
    }
    *equals = '\0';
    if (!set_limit(&config, copy, equals + 1)) {
      return 2;
    }
  }
  int result = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (sift_http_start(&http, &config, error, sizeof error) == SIFT_OK) {
    puts(sift_http_address(http));
    while (fgets(line, sizeof line, stdin) != NULL) {
      obey(&demo, http, line);
    }
  } else {
    fprintf(stderr, "serve_http_demo: %s\n", error);
    result = 2;
  }
  sift_http_stop(http);
  sift_view_release(demo.view);
  sift_arena_release(&demo.arena);
  sift_ruleset_free(demo.ruleset);
  return result;
}
