#include "tests/unit/triage_fixture.h"

#include <ctype.h>

#include "ingest/serve/metrics.h"
#include "tests/unit/view_support.h"

static struct view_world world;
static struct sift_view *view;
static struct sift_loop_counters loops[2];

static char *write_page(enum sift_metrics_format format, const struct sift_metrics *metrics) {
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  assert_non_null(out);
  sift_metrics_write(out, format, metrics);
  assert_int_equal(fclose(out), 0);
  return text;
}

/* --- a strict little parser -------------------------------------------------------------------------------------------- */

enum { FAMILIES_MAX = 200 };

struct parser {
  const char *at;
  bool open;
  char families[FAMILIES_MAX][80];
  size_t family_count;
  char type[16];
  size_t samples; /* of all families */
  size_t of_family;
};

static size_t take_name(struct parser *parser, char out[80]) {
  size_t len = 0;
  assert_true(isalpha((unsigned char)*parser->at) || *parser->at == '_');
  while (isalnum((unsigned char)*parser->at) || *parser->at == '_') {
    assert_true(len < 79);
    out[len++] = *parser->at++;
  }
  out[len] = '\0';
  return len;
}

static void take(struct parser *parser, const char *text) {
  size_t len = strlen(text);
  if (strncmp(parser->at, text, len) != 0) {
    print_error("expected '%s' at: %.80s\n", text, parser->at);
    fail();
  }
  parser->at += len;
}

static void take_line(struct parser *parser, char *out, size_t size) {
  const char *end = strchr(parser->at, '\n');
  assert_non_null(end);
  assert_true((size_t)(end - parser->at) < size);
  memcpy(out, parser->at, (size_t)(end - parser->at));
  out[end - parser->at] = '\0';
  parser->at = end + 1;
}

static void take_family(struct parser *parser) {
  char name[80];
  char again[80];
  char text[256];
  take(parser, "# HELP ");
  take_name(parser, name);
  take(parser, " ");
  take_line(parser, text, sizeof text);
  assert_true(strlen(text) > 5);
  take(parser, "# TYPE ");
  take_name(parser, again);
  assert_string_equal(name, again);
  take(parser, " ");
  take_line(parser, parser->type, sizeof parser->type);
  assert_true(strcmp(parser->type, "counter") == 0 || strcmp(parser->type, "gauge") == 0 ||
              strcmp(parser->type, "histogram") == 0 || (parser->open && strcmp(parser->type, "info") == 0));
  if (strncmp(parser->at, "# UNIT ", 7) == 0) {
    assert_true(parser->open);
    take(parser, "# UNIT ");
    take(parser, name);
    take(parser, " ");
    take_line(parser, text, sizeof text);
    assert_true(strlen(name) > strlen(text) + 1);
    assert_string_equal(name + strlen(name) - strlen(text), text);
    assert_true(name[strlen(name) - strlen(text) - 1] == '_');
  }
  for (size_t i = 0; i < parser->family_count; i++) {
    assert_string_not_equal(parser->families[i], name); /* each once */
  }
  assert_true(parser->family_count < FAMILIES_MAX);
  snprintf(parser->families[parser->family_count++], sizeof parser->families[0], "%s", name);
  bool total = strlen(name) > 6 && strcmp(name + strlen(name) - 6, "_total") == 0;
  assert_int_equal(total, !parser->open && strcmp(parser->type, "counter") == 0);
  parser->of_family = 0;
}

static void take_labels(struct parser *parser) {
  char name[80];
  const char *close = "{";
  while (*parser->at != '}') {
    take(parser, close);
    take_name(parser, name);
    take(parser, "=\"");
    while (*parser->at != '"') {
      assert_true(*parser->at != '\n' && *parser->at != '\0');
      if (*parser->at == '\\') {
        parser->at++;
        assert_non_null(strchr("\\n\"", *parser->at));
      }
      parser->at++;
    }
    take(parser, "\"");
    close = ",";
  }
  take(parser, "}");
}

static void take_sample(struct parser *parser) {
  char name[80];
  char *end = NULL;
  const char *family = parser->families[parser->family_count - 1];
  take_name(parser, name);
  assert_int_equal(strncmp(name, family, strlen(family)), 0);
  const char *suffix = name + strlen(family);
  if (strcmp(parser->type, "histogram") == 0) {
    assert_true(strcmp(suffix, "_bucket") == 0 || strcmp(suffix, "_sum") == 0 || strcmp(suffix, "_count") == 0);
  } else if (parser->open && strcmp(parser->type, "counter") == 0) {
    assert_string_equal(suffix, "_total");
  } else if (strcmp(parser->type, "info") == 0) {
    assert_string_equal(suffix, "_info");
  } else {
    assert_string_equal(suffix, "");
  }
  if (*parser->at == '{') {
    take_labels(parser);
  }
  take(parser, " ");
  assert_false(isspace((unsigned char)*parser->at));
  assert_true(strtod(parser->at, &end) >= 0);
  parser->at = end;
  take(parser, "\n");
  parser->samples++;
  parser->of_family++;
}

static struct parser parse(const char *text, bool open) {
  struct parser parser = {.at = text, .open = open};
  while (*parser.at != '\0' && strcmp(parser.at, "# EOF\n") != 0) {
    if (*parser.at == '#') {
      take_family(&parser);
    } else {
      assert_true(parser.family_count > 0);
      take_sample(&parser);
    }
  }
  assert_int_equal(strcmp(parser.at, "# EOF\n") == 0, open);
  return parser;
}

static double value_of(const char *page, const char *sample) {
  size_t len = strlen(sample);
  for (const char *line = page; line != NULL && *line != '\0'; line = strchr(line, '\n'), line += line != NULL) {
    if (strncmp(line, sample, len) == 0 && line[len] == ' ') {
      return strtod(line + len + 1, NULL);
    }
  }
  print_error("no sample %s\n", sample);
  fail();
  return -1;
}

/* --- tests ------------------------------------------------------------------------------------------------------------- */

static struct sift_metrics make_metrics(void) {
  static const struct sift_loop_counters *const pointers[] = {&loops[0], &loops[1]};
  static const struct sift_metrics_listener listeners[] = {{"tcp://[::1]:1\"x\\\n", "lines"}, {"b", "forward"}};
  static struct sift_server_counters server = {
      .reloads = 3, .memory_limit_bytes = 512 << 20, .facts = {.good = 4, .bad = 1}, .status = {.bad = 2}, .facts_spaces = 77};
  static struct sift_metrics_http http = {.requests = {0, 0, 7, 0, 2, 0}, .streams = 1};
  memset(loops, 0, sizeof loops);
  sift_count(&loops[0].listeners[0].bytes, 100);
  sift_count(&loops[1].listeners[0].bytes, 11);
  sift_count(&loops[1].listeners[1].closed[SIFT_CLOSE_IDLE], 2);
  sift_count(&loops[0].damage[SIFT_REASON_CORRUPT], 4);
  sift_count(&loops[1].drops[SIFT_DROP_OVERFLOW], 5);
  return (struct sift_metrics){.loops = pointers,
                               .loop_count = 2,
                               .listeners = listeners,
                               .listener_count = 2,
                               .server = &server,
                               .view = view,
                               .journal = {.present = true, .durable_sequence = 9, .lag_seconds = 0.25},
                               .facts = {.present = true, .age_seconds = 12.5},
                               .status = {.present = true, .age_seconds = 3},
                               .http = &http,
                               .started_ns = T0,
                               .resident_bytes = sift_metrics_resident(),
                               .open_files = sift_metrics_open_files(),
                               .ready = true};
}

static void test_text_is_well_formed_and_sums_over_loops(void **state) {
  (void)state;
  struct sift_metrics metrics = make_metrics();
  char *text = write_page(SIFT_METRICS_TEXT, &metrics);
  struct parser parser = parse(text, false);
  assert_true(parser.family_count > 40);
  assert_true(value_of(text, "spacesift_received_bytes_total{listener=\"tcp://[::1]:1\\\"x\\\\\\n\",protocol=\"lines\"}") == 111);
  assert_true(value_of(text, "spacesift_connections_closed_total{listener=\"b\",protocol=\"forward\",reason=\"idle\"}") == 2);
  assert_true(value_of(text, "spacesift_damage_total{reason=\"corrupt\"}") == 4);
  assert_true(value_of(text, "spacesift_dropped_records_total{reason=\"overflow\"}") == 5);
  assert_true(value_of(text, "spacesift_reloads_total") == 3);
  assert_true(value_of(text, "spacesift_facts_reads_total{result=\"ok\"}") == 4);
  assert_true(value_of(text, "spacesift_facts_reads_total{result=\"bad\"}") == 1);
  assert_true(value_of(text, "spacesift_facts_age_seconds") == 12.5);
  assert_true(value_of(text, "spacesift_facts_spaces") == 77);
  assert_true(value_of(text, "spacesift_status_reads_total{result=\"bad\"}") == 2);
  assert_true(value_of(text, "spacesift_status_age_seconds") == 3);
  assert_true(value_of(text, "spacesift_journal_up") == 1);
  assert_true(value_of(text, "spacesift_journal_lag_seconds") == 0.25);
  assert_true(value_of(text, "spacesift_hits_total{class=\"crash\"}") > 0);
  assert_true(value_of(text, "process_start_time_seconds") == 1769853600);
  assert_true(value_of(text, "process_resident_memory_bytes") > 1e6);
  assert_true(value_of(text, "process_open_fds") >= 3);
  assert_true(value_of(text, "spacesift_http_requests_total{code=\"2xx\"}") == 7);
  assert_non_null(strstr(text, "spacesift_ruleset_info{name=\"test\",version=\"1\",hash=\""));
  free(text);
}

static void test_openmetrics_is_well_formed(void **state) {
  (void)state;
  struct sift_metrics metrics = make_metrics();
  char *text = write_page(SIFT_METRICS_OPEN, &metrics);
  struct parser parser = parse(text, true);
  assert_true(parser.family_count > 40);
  assert_true(value_of(text, "spacesift_reloads_total") == 3);
  assert_non_null(strstr(text, "# TYPE spacesift_reloads counter\n"));
  assert_non_null(strstr(text, "# UNIT spacesift_received_bytes bytes\n"));
  free(text);
}

static void test_what_is_absent_is_left_out(void **state) {
  (void)state;
  struct sift_metrics metrics = {.started_ns = T0};
  char *text = write_page(SIFT_METRICS_TEXT, &metrics);
  parse(text, false);
  assert_null(strstr(text, "journal"));
  assert_null(strstr(text, "ruleset"));
  assert_null(strstr(text, "facts"));
  assert_null(strstr(text, "_status_"));
  assert_null(strstr(text, "process_resident"));
  assert_true(value_of(text, "spacesift_ready") == 0);
  free(text);
}

static void test_spaces_by_verdict_are_those_of_the_summary(void **state) {
  (void)state;
  struct sift_metrics metrics = make_metrics();
  char *text = write_page(SIFT_METRICS_TEXT, &metrics);
  const struct sift_summary *summary = sift_view_summary(view);
  double all = 0;
  for (size_t i = 0; i < summary->verdict_count; i++) {
    char sample[200];
    snprintf(sample, sizeof sample, "spacesift_spaces{verdict=\"%s\",severity=\"%s\"}", summary->verdicts[i],
             sift_severity_name(summary->verdict_severities[i]));
    double spaces = value_of(text, sample);
    assert_true(spaces == (double)summary->verdict_counts[i]);
    all += spaces;
  }
  assert_true(all == (double)summary->spaces);
  free(text);
}

static void test_histograms_cumulate(void **state) {
  (void)state;
  struct sift_metrics metrics = make_metrics();
  sift_histogram_add(&loops[0].batch_bytes, SIFT_BATCH_BYTES_START, 0);
  sift_histogram_add(&loops[0].batch_bytes, SIFT_BATCH_BYTES_START, 64);
  sift_histogram_add(&loops[1].batch_bytes, SIFT_BATCH_BYTES_START, 65);
  sift_histogram_add(&loops[1].batch_bytes, SIFT_BATCH_BYTES_START, UINT64_C(1) << 40);
  sift_histogram_add(&loops[0].scan_ns, SIFT_SCAN_NS_START, 2500000000u);
  char *text = write_page(SIFT_METRICS_TEXT, &metrics);
  parse(text, false);
  assert_true(value_of(text, "spacesift_batch_size_bytes_bucket{le=\"64.0\"}") == 2);
  assert_true(value_of(text, "spacesift_batch_size_bytes_bucket{le=\"256.0\"}") == 3);
  assert_true(value_of(text, "spacesift_batch_size_bytes_bucket{le=\"+Inf\"}") == 4);
  assert_true(value_of(text, "spacesift_batch_size_bytes_count") == 4);
  assert_true(value_of(text, "spacesift_scan_seconds_sum") == 2.5);
  assert_true(value_of(text, "spacesift_scan_seconds_bucket{le=\"1e-06\"}") == 0);
  assert_true(value_of(text, "spacesift_scan_seconds_bucket{le=\"4.194304\"}") == 1);
  free(text);
}

static int begin_all(void **state) {
  (void)state;
  view_world_begin(&world, 88172645463325252ULL);
  view = view_of_all(&world);
  return 0;
}

static int end_all(void **state) {
  (void)state;
  sift_view_release(view);
  view_world_end(&world);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_text_is_well_formed_and_sums_over_loops),
      cmocka_unit_test(test_openmetrics_is_well_formed),
      cmocka_unit_test(test_what_is_absent_is_left_out),
      cmocka_unit_test(test_spaces_by_verdict_are_those_of_the_summary),
      cmocka_unit_test(test_histograms_cumulate),
  };
  return cmocka_run_group_tests(tests, begin_all, end_all);
}
