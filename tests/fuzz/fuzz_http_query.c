/* Property: whatever a request asks for, what is accepted holds to the limits that it promises, and ends within its object. */
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "engine/space.h"
#include "engine/state.h"
#include "ingest/serve/http_query.h"

static struct sift_ruleset *make_rules(void) {
  struct sift_ruleset *ruleset = NULL;
  struct sift_problems problems;
  if (sift_ruleset_new(&ruleset) != SIFT_OK) {
    abort();
  }
  ruleset->name = "fuzz";
  ruleset->version = "1";
  struct sift_class *class = sift_ruleset_add_class(ruleset);
  class->id = "oom";
  class->title = "";
  struct sift_rule *rule = sift_ruleset_add_rule(ruleset);
  rule->id = "oom-killed";
  rule->title = "";
  rule->reference = "";
  sift_problems_init(&problems);
  if (sift_ruleset_seal(ruleset, &problems) != SIFT_OK) {
    abort();
  }
  sift_problems_release(&problems);
  return ruleset;
}

static void check_path(struct sift_span raw) {
  struct sift_http_path path;
  if (!sift_http_path_parse(&path, raw)) {
    return;
  }
  assert(path.count <= SIFT_PATH_SEGMENTS_MAX);
  size_t total = 0;
  for (size_t i = 0; i < path.count; i++) {
    assert(path.segments[i] >= path.text && path.segments[i] < path.text + sizeof path.text);
    assert(path.segments[i][0] != '\0');
    total += strlen(path.segments[i]);
  }
  assert(total <= raw.len);
}

static void check_query(struct sift_span raw, const struct sift_ruleset *ruleset) {
  static struct sift_query query;
  struct sift_query_error error = {0};
  struct sift_list_params list;
  struct sift_event_params events;
  if (!sift_query_parse(&query, raw, &error)) {
    assert(error.error != NULL && error.hint != NULL);
    return;
  }
  for (size_t i = 0; i < query.count; i++) {
    assert(query.items[i].value + strlen(query.items[i].value) < query.text + sizeof query.text);
  }
  if (sift_list_params_parse(&list, &query, ruleset, INT64_C(1769853600000000000), &error)) {
    assert(list.limit >= 1 && list.limit <= SIFT_LIST_LIMIT_MAX);
    assert(list.class_index == -1 || list.class_index == 0);
    assert(list.since_ns == SIFT_TIME_NONE || list.since_ns >= 0);
    assert(list.cursor == NULL || strcmp(list.cursor, "-") == 0 || strcmp(list.cursor, SIFT_OVERFLOW_NAME) == 0 ||
           sift_space_name_valid(sift_span_of(list.cursor)));
  } else {
    assert(error.error != NULL && strlen(error.detail) < sizeof error.detail);
  }
  if (sift_event_params_parse(&events, &query, ruleset, &error)) {
    assert(events.spaces.count <= SIFT_CHOICES_MAX && events.severity < SIFT_SEVERITIES);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct sift_ruleset *ruleset;
  if (ruleset == NULL) {
    ruleset = make_rules();
  }
  char *exact = calloc(size + 1, 1); /* so that a read past the end is seen */
  if (exact == NULL) {
    return 0;
  }
  memcpy(exact, data, size);
  char *bare = malloc(size > 0 ? size : 1);
  memcpy(bare, data, size);
  check_path(sift_span(bare, size));
  check_query(sift_span(bare, size), ruleset);
  free(bare);
  if (sift_http_prefers(exact, "application", "json")) {
    assert(sift_http_accepts(exact, "application", "json"));
  }
  free(exact);
  return 0;
}
