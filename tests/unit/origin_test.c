#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "ingest/serve/origin.h"

struct given {
  const char *variable; /* dotted path, or "peer", "tag", … */
  const char *value;
};

/* The name of a variable as a template has it, as far as these tests need. */
static bool called(const struct sift_variable *variable, const char *name) {
  char text[256] = "";
  switch (variable->kind) {
  case SIFT_VARIABLE_FIELD:
  case SIFT_VARIABLE_DATA:
    for (size_t i = 0; i < variable->path.count; i++) {
      strcat(text, i > 0 ? "." : variable->kind == SIFT_VARIABLE_DATA ? "sd." : "");
      strncat(text, variable->path.parts[i].name, variable->path.parts[i].len);
    }
    break;
  case SIFT_VARIABLE_APP:
    strcpy(text, "app");
    break;
  case SIFT_VARIABLE_MESSAGE:
    strcpy(text, "message");
    break;
  default:
    break;
  }
  return strcmp(text, name) == 0;
}

static struct sift_origin_scratch scratch;

static struct sift_live_record resolve(const struct sift_origin *origin, const struct given *given, size_t count, int64_t time_ns) {
  struct sift_span values[SIFT_VARIABLES_MAX] = {0};
  size_t variable_count = 0;
  const struct sift_variable *variables = sift_origin_variables(origin, &variable_count);
  for (size_t i = 0; i < variable_count; i++) {
    for (size_t j = 0; j < count; j++) {
      if (called(&variables[i], given[j].variable)) {
        values[i] = sift_span_of(given[j].value);
      }
    }
  }
  struct sift_live_record record = {.time_ns = time_ns};
  assert_int_equal(sift_origin_resolve(origin, values, &scratch, &record), SIFT_OK);
  return record;
}

#define RESOLVE(origin, time_ns, ...)                                                                                              \
  resolve(origin, (const struct given[]){__VA_ARGS__}, sizeof(const struct given[]){__VA_ARGS__} / sizeof(struct given), time_ns)

static struct sift_origin *origin_of(enum sift_protocol_kind kind, const char *space, const char *channel, const char *time,
                                     const char *text) {
  char error[200];
  struct sift_origin *origin = NULL;
  assert_int_equal(sift_origin_new(&origin, kind, space, channel, time, text, error, sizeof error), SIFT_OK);
  return origin;
}

static void assert_span(struct sift_span span, const char *text) {
  assert_int_equal(span.len, strlen(text));
  assert_memory_equal(span.data, text, span.len);
}

static void defaults_know_the_records_of_collectors_and_of_fleetgen(void **state) {
  (void)state;
  for (int kind = SIFT_PROTOCOL_LINES; kind <= SIFT_PROTOCOL_FORWARD; kind += SIFT_PROTOCOL_FORWARD - SIFT_PROTOCOL_LINES) {
    struct sift_origin *origin = origin_of((enum sift_protocol_kind)kind, NULL, NULL, NULL, NULL);
    struct sift_live_record record =
        RESOLVE(origin, SIFT_TIME_NONE, {"space", "owner/name"}, {"channel", "build"}, {"data", "a line"}, {"other", "x"});
    assert_span(record.space, "owner/name");
    assert_span(record.channel, "build");
    assert_span(record.text, "a line");
    record = RESOLVE(origin, SIFT_TIME_NONE, {"log", "a line"}, {"kubernetes.labels.space-owner", "o"},
                     {"kubernetes.labels.space-name", "n"}, {"kubernetes.labels.channel", "run"});
    assert_span(record.space, "o/n");
    assert_span(record.channel, "run");
    assert_span(record.text, "a line");
    record = RESOLVE(origin, SIFT_TIME_NONE, {"message", "a line"}, {"kubernetes.namespace_name", "ns"},
                     {"kubernetes.labels.app.kubernetes.io/name", "n"}, {"kubernetes.container_name", "web"});
    assert_span(record.space, "ns/n");
    assert_int_equal(record.channel.len, 0);
    record = RESOLVE(origin, SIFT_TIME_NONE, {"message", "a line"}, {"kubernetes.labels.space-id", "n"});
    assert_span(record.space, "n");
    record = RESOLVE(origin, SIFT_TIME_NONE, {"other", "x"});
    assert_null(record.text.data);
    assert_int_equal(record.space.len, 0);
    record = RESOLVE(origin, SIFT_TIME_NONE, {"log", ""});
    assert_non_null(record.text.data);
    sift_origin_free(origin);
  }
}

static void defaults_of_syslog_prefer_structured_data_to_the_program(void **state) {
  (void)state;
  struct sift_origin *origin = origin_of(SIFT_PROTOCOL_SYSLOG, NULL, NULL, NULL, NULL);
  struct sift_live_record record = RESOLVE(origin, 5, {"sd.space.id", "o/n"}, {"app", "sshd"}, {"message", "text"});
  assert_span(record.space, "o/n");
  assert_span(record.text, "text");
  assert_int_equal(record.time_ns, 5);
  record = RESOLVE(origin, 5, {"app", "sshd"}, {"message", ""});
  assert_span(record.space, "sshd");
  assert_non_null(record.text.data);
  sift_origin_free(origin);
}

static void the_time_template_counts_where_it_can_be_read(void **state) {
  (void)state;
  struct sift_origin *origin = origin_of(SIFT_PROTOCOL_FORWARD, NULL, NULL, "{time}", NULL);
  struct sift_live_record record = RESOLVE(origin, 5, {"time", "2024-01-31T10:20:30Z"});
  assert_true(record.time_ns == INT64_C(1706696430) * 1000000000);
  assert_false(scratch.bad_time);
  record = RESOLVE(origin, 5, {"time", "soon"});
  assert_int_equal(record.time_ns, 5);
  assert_true(scratch.bad_time);
  record = RESOLVE(origin, 5, {"log", "x"});
  assert_int_equal(record.time_ns, 5);
  assert_false(scratch.bad_time);
  sift_origin_free(origin);
}

static void composed_texts_live_side_by_side(void **state) {
  (void)state;
  char longer[5000];
  memset(longer, 'x', sizeof longer - 1);
  longer[sizeof longer - 1] = '\0';
  struct sift_origin *origin = origin_of(SIFT_PROTOCOL_LINES, "a/{b}", "c-{d}", "", "{e}{e}");
  struct sift_live_record record = RESOLVE(origin, SIFT_TIME_NONE, {"b", "B"}, {"d", "D"}, {"e", longer});
  assert_span(record.space, "a/B");
  assert_span(record.channel, "c-D");
  assert_int_equal(record.text.len, 2 * strlen(longer));
  sift_origin_free(origin);
}

static void plain_variables_come_from_tag_and_peer(void **state) {
  (void)state;
  struct sift_origin *origin = origin_of(SIFT_PROTOCOL_FORWARD, "{tag.2}/{tag.3}", "{tag.0}", "{peer}", "{tag}");
  size_t count = 0;
  const struct sift_variable *variables = sift_origin_variables(origin, &count);
  struct sift_span values[5];
  assert_int_equal(count, 5);
  struct sift_span peer = sift_span_of("10.0.0.7");
  for (size_t i = 0; i < count; i++) {
    values[i] = sift_variable_plain(&variables[i], peer, sift_span_of("kube.x.owner.name"));
  }
  struct sift_live_record record = {.time_ns = SIFT_TIME_NONE};
  assert_int_equal(sift_origin_resolve(origin, values, &scratch, &record), SIFT_OK);
  assert_span(record.space, "owner/name");
  assert_span(record.channel, "kube");
  assert_span(record.text, "kube.x.owner.name");
  assert_null(sift_variable_plain(&variables[1], peer, sift_span_of("a.b.c")).data);
  assert_int_equal(sift_variable_plain(&variables[1], peer, sift_span_of("a.b.c.")).len, 0);
  sift_origin_free(origin);
}

static void errors_name_the_template(void **state) {
  (void)state;
  char error[200];
  struct sift_origin *origin = NULL;
  assert_int_equal(sift_origin_new(&origin, SIFT_PROTOCOL_SYSLOG, NULL, "{no}", NULL, NULL, error, sizeof error), SIFT_EINVAL);
  assert_null(origin);
  assert_memory_equal(error, "channel: \"no\"", 13);
}

static int release_scratch(void **state) {
  (void)state;
  sift_origin_scratch_release(&scratch);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(defaults_know_the_records_of_collectors_and_of_fleetgen),
      cmocka_unit_test(defaults_of_syslog_prefer_structured_data_to_the_program),
      cmocka_unit_test(the_time_template_counts_where_it_can_be_read),
      cmocka_unit_test(composed_texts_live_side_by_side),
      cmocka_unit_test(plain_variables_come_from_tag_and_peer),
      cmocka_unit_test(errors_name_the_template),
  };
  return cmocka_run_group_tests(tests, NULL, release_scratch);
}
