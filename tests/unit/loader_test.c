/* Bad rule files stand in tests/data/rules/bad: each begins with what must be said of it, `# expect LINE:COLUMN FIELD: TEXT`. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "engine/batch.h"
#include "patterns/loader.h"

static char *read_whole(const char *name, size_t *len) {
  char path[512];
  snprintf(path, sizeof path, "%s/rules/%s", SIFT_TEST_DATA, name);
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  char *bytes = calloc(1, 1 << 20);
  *len = fread(bytes, 1, (1 << 20) - 1, file);
  assert_true(*len > 0);
  fclose(file);
  return bytes;
}

static enum sift_status parse_text(const char *text, struct sift_problems *problems, struct sift_ruleset **out) {
  struct sift_rule_file file = {"t.yaml", sift_span_of(text)};
  sift_problems_init(problems);
  return sift_rules_parse(out, &file, 1, problems);
}

/* "13:5 class: did you mean". A field of '-' is none. */
static bool is_said(const struct sift_problems *problems, const char *expected) {
  unsigned line = 0;
  unsigned column = 0;
  int at = 0;
  char field[64];
  assert_int_equal(sscanf(expected, "%u:%u %63[^: ]: %n", &line, &column, field, &at), 3);
  assert_true(at > 0);
  for (size_t i = 0; i < problems->count; i++) {
    const struct sift_problem *problem = &problems->items[i];
    char said[1200];
    snprintf(said, sizeof said, "%s; %s", problem->message, problem->hint);
    if (problem->line == line && problem->column == column && strcmp(problem->field, strcmp(field, "-") == 0 ? "" : field) == 0 &&
        strstr(said, expected + at) != NULL) {
      return true;
    }
  }
  return false;
}

static void check_bad_file(const char *name) {
  char path[300];
  size_t len = 0;
  snprintf(path, sizeof path, "bad/%s", name);
  char *bytes = read_whole(path, &len);
  struct sift_rule_file file = {name, sift_span(bytes, len)};
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_parse(&ruleset, &file, 1, &problems), SIFT_ERULES);
  assert_null(ruleset);
  size_t expected = 0;
  for (const char *line = bytes; strncmp(line, "# expect ", 9) == 0; line = strchr(line, '\n') + 1, expected++) {
    char text[300];
    snprintf(text, sizeof text, "%.*s", (int)(strchr(line, '\n') - line - 9), line + 9);
    if (!is_said(&problems, text)) {
      sift_problems_print(&problems, stderr);
      fail_msg("%s: not said: %s", name, text);
    }
  }
  if (problems.errors != expected) {
    sift_problems_print(&problems, stderr);
    fail_msg("%s: %zu errors are said, %zu expected", name, problems.errors, expected);
  }
  for (size_t i = 0; i < problems.count; i++) {
    assert_string_equal(problems.items[i].file, name);
    assert_true(problems.items[i].hint[0] != '\0');
  }
  sift_problems_release(&problems);
  free(bytes);
}

static void each_kind_of_error_is_told_with_place_field_and_remedy(void **state) {
  (void)state;
  DIR *directory = opendir(SIFT_TEST_DATA "/rules/bad");
  assert_non_null(directory);
  size_t files = 0;
  for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] != '.') {
      check_bad_file(entry->d_name);
      files++;
    }
  }
  closedir(directory);
  assert_true(files >= 50);
}

static const char *const split_names[] = {"good/split/10-classes.yaml", "good/split/20-rules.yaml", "good/split/30-more.yml",
                                          "good/split/90-tree.yaml"};

/* The four files of a good set, in the order that `order` says. */
static struct sift_ruleset *load_split(const int order[4]) {
  struct sift_rule_file files[4];
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  for (int i = 0; i < 4; i++) {
    size_t len = 0;
    char *bytes = read_whole(split_names[order[i]], &len);
    files[i] = (struct sift_rule_file){split_names[order[i]], sift_span(bytes, len)};
  }
  enum sift_status status = sift_rules_parse(&ruleset, files, 4, &problems);
  sift_problems_print(&problems, stderr);
  assert_int_equal(status, SIFT_OK);
  assert_int_equal(problems.errors + problems.warnings, 0);
  for (int i = 0; i < 4; i++) {
    free((void *)files[i].bytes.data); /* nothing may be borrowed from it */
  }
  sift_problems_release(&problems);
  return ruleset;
}

static const int in_order[] = {0, 1, 2, 3};

static void a_rule_arrives_whole(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = load_split(in_order);
  assert_string_equal(ruleset->name, "split");
  assert_string_equal(ruleset->version, "2");
  assert_int_equal(ruleset->rule_count, 3);
  const struct sift_rule *rule = &ruleset->rules[sift_ruleset_find_rule(ruleset, sift_span_of("memory-limit"))];
  assert_string_equal(ruleset->classes[rule->class_index].id, "oom");
  assert_int_equal(rule->severity, SIFT_FATAL);
  assert_int_equal(rule->mark, SIFT_MARK_NONE);
  assert_true(rule->headline);
  assert_string_equal(rule->title, "The Space used more than {limit} of memory");
  assert_int_equal(rule->any.count, 2);
  assert_string_equal(rule->any.items[0].text, "Memory limit exceeded \\((?<limit>\\d+\\w+)\\)");
  assert_int_equal(rule->any.items[1].line, 20);
  assert_int_equal(rule->any.items[1].column, 9);
  assert_string_equal(rule->all.items[0].text, "[a-z]");
  assert_string_equal(rule->none.items[0].text, "(?i)warning");
  assert_int_equal(rule->captures.count, 1);
  assert_true(sift_span_equal(rule->captures.items[0], sift_span_of("limit")));
  assert_int_equal(rule->actions.count, 2);
  assert_true(sift_span_equal(rule->actions.items[1], sift_span_of("Take larger hardware")));
  assert_string_equal(rule->reference, "https://huggingface.co/docs/hub/spaces-gpus");
  assert_int_equal(rule->match.count, 2);
  assert_int_equal(rule->no_match.count, 2);
  assert_string_equal(rule->file, split_names[1]);
  assert_int_equal(rule->line, 12);
  assert_int_equal(rule->channels, sift_ruleset_channel_bit(ruleset, sift_span_of("run")) |
                                       sift_ruleset_channel_bit(ruleset, sift_span_of("build")));
  sift_ruleset_free(ruleset);
}

static void what_a_rule_leaves_out_has_a_default(void **state) {
  (void)state;
  struct sift_ruleset *ruleset = load_split(in_order);
  const struct sift_rule *rule = &ruleset->rules[sift_ruleset_find_rule(ruleset, sift_span_of("capacity-failure"))];
  assert_int_equal(rule->channels, UINT32_MAX);
  assert_int_equal(rule->mark, SIFT_MARK_NONE);
  assert_false(rule->headline);
  assert_string_equal(rule->reference, "");
  assert_int_equal(rule->all.count + rule->none.count + rule->captures.count + rule->actions.count, 0);
  const struct sift_class *class = &ruleset->classes[rule->class_index];
  assert_true(class->incident);
  assert_string_equal(class->title, "No machine was free");
  rule = &ruleset->rules[sift_ruleset_find_rule(ruleset, sift_span_of("started"))];
  assert_int_equal(rule->mark, SIFT_MARK_STARTUP);
  assert_int_equal(rule->channels, sift_ruleset_channel_bit(ruleset, sift_span_of("run")));
  sift_ruleset_free(ruleset);
}

static void the_order_of_files_changes_nothing(void **state) {
  (void)state;
  static const int orders[][4] = {{3, 2, 1, 0}, {1, 0, 3, 2}, {2, 3, 0, 1}};
  struct sift_ruleset *first = load_split(in_order);
  for (int i = 0; i < 3; i++) {
    struct sift_ruleset *other = load_split(orders[i]);
    assert_string_equal(other->hash_text, first->hash_text);
    sift_ruleset_free(other);
  }
  sift_ruleset_free(first);
}

static void duplicates_over_files_name_both(void **state) {
  (void)state;
  static const char text[] =
      "rules:\n  - {id: r, class: c, severity: info, title: T, any: [abc], examples: {match: [abc], no_match: [ab]}}\n";
  static const char head[] = "ruleset: {name: t, version: v}\nclasses: [{id: c, title: C}]\n";
  const struct sift_rule_file files[] = {{"one.yaml", sift_span_of(text)},
                                         {"two.yaml", sift_span_of(text)},
                                         {"head.yaml", sift_span_of(head)},
                                         {"tail.yaml", sift_span_of(head)}};
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_parse(&ruleset, files, 4, &problems), SIFT_ERULES);
  assert_true(is_said(&problems, "2:5 id: another rule has this id, at one.yaml:2:5"));
  assert_true(is_said(&problems, "1:1 ruleset: another file of the set has it: head.yaml:1"));
  assert_true(is_said(&problems, "2:11 id: another class has this id, at head.yaml:2:11"));
  assert_int_equal(problems.errors, 3);
  sift_problems_release(&problems);
}

static void a_broken_file_does_not_hide_the_errors_of_others(void **state) {
  (void)state;
  static const char broken[] = "classes: [\n";
  static const char rules[] =
      "rules:\n  - {id: r, class: c, severity: bad, title: T, any: [abc], examples: {match: [abc], no_match: [ab]}}\n";
  const struct sift_rule_file files[] = {{"broken.yaml", sift_span_of(broken)}, {"rules.yaml", sift_span_of(rules)}};
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_parse(&ruleset, files, 2, &problems), SIFT_ERULES);
  /* Nothing is said of the class, which may stand in the broken file, nor of the missing name of the set. */
  assert_int_equal(problems.errors, 2);
  assert_true(is_said(&problems, "2:33 severity: 'bad' is none of"));
  sift_problems_release(&problems);
}

static void no_files_are_an_error_in_words(void **state) {
  (void)state;
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_parse(&ruleset, NULL, 0, &problems), SIFT_ERULES);
  assert_int_equal(problems.errors, 2);
  sift_problems_release(&problems);
}

static void a_set_over_64_mib_is_refused_unread(void **state) {
  (void)state;
  struct sift_rule_file files[5];
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  for (int i = 0; i < 5; i++) {
    files[i] = (struct sift_rule_file){"big.yaml", sift_span("x", 16 * 1024 * 1024)};
  }
  sift_problems_init(&problems);
  assert_int_equal(sift_rules_parse(&ruleset, files, 5, &problems), SIFT_ERULES);
  assert_int_equal(problems.errors, 1);
  assert_non_null(strstr(problems.items[0].message, "64 MiB"));
  sift_problems_release(&problems);
}

static void too_many_classes_are_refused(void **state) {
  (void)state;
  char *text = calloc(1, 100000);
  strcpy(text, "ruleset: {name: t, version: v}\nrules: []\nclasses:\n");
  for (int i = 0; i <= SIFT_CLASSES_MAX; i++) {
    snprintf(text + strlen(text), 64, "  - {id: c%d, title: C}\n", i);
  }
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  assert_int_equal(parse_text(text, &problems, &ruleset), SIFT_ERULES);
  assert_int_equal(problems.errors, 2);
  assert_non_null(strstr(problems.items[0].message, "more than 512 classes"));
  sift_problems_release(&problems);
  free(text);
}

static void an_example_longer_than_any_scanned_line_is_refused(void **state) {
  (void)state;
  size_t size = SIFT_LINE_BYTES_MAX + 1000;
  char *text = calloc(1, size);
  strcpy(text,
         "ruleset: {name: t, version: v}\nclasses: [{id: c, title: C}]\nrules:\n  - {id: r, class: c, severity: info, title: T, "
         "any: [abc], examples: {no_match: [ab], match: [abc, ");
  memset(text + strlen(text), 'x', SIFT_LINE_BYTES_MAX + 1);
  strcat(text, "]}}\n");
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  assert_int_equal(parse_text(text, &problems, &ruleset), SIFT_ERULES);
  assert_int_equal(problems.errors, 1);
  assert_string_equal(problems.items[0].field, "examples.match[2]");
  sift_problems_release(&problems);
  free(text);
}

static void a_thousand_errors_are_counted_to_the_last(void **state) {
  (void)state;
  size_t size = 200 * 3000;
  char *text = calloc(1, size);
  size_t len = (size_t)snprintf(text, size, "ruleset: {name: t, version: v}\nclasses: [{id: c, title: C}]\nrules:\n");
  for (int i = 0; i < 3000; i++) {
    len += (size_t)snprintf(
        text + len, size - len,
        "  - {id: r%d, class: cc, severity: info, title: T, any: [abc], examples: {match: [abc], no_match: [ab]}}\n", i);
  }
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  assert_int_equal(parse_text(text, &problems, &ruleset), SIFT_ERULES);
  assert_int_equal(problems.errors, 3000);
  assert_int_equal(problems.count, SIFT_PROBLEMS_MAX);
  sift_problems_release(&problems);
  free(text);
}

static void the_built_in_pack_loads_without_errors(void **state) {
  (void)state;
  struct sift_problems problems;
  struct sift_ruleset *ruleset = NULL;
  sift_problems_init(&problems);
  enum sift_status status = sift_rules_load(&ruleset, NULL, &problems);
  sift_problems_print(&problems, stderr);
  assert_int_equal(status, SIFT_OK);
  assert_int_equal(problems.errors, 0);
  assert_string_equal(ruleset->name, "spaces");
  assert_true(ruleset->rule_count > 50);
  const struct sift_rule *phrase = &ruleset->rules[sift_ruleset_find_rule(ruleset, sift_span_of("launch-timed-out"))];
  assert_true(phrase->incident);
  assert_true(ruleset->classes[phrase->class_index].phrases);
  assert_false(ruleset->classes[phrase->class_index].incident);
  const struct sift_rule *memory = &ruleset->rules[sift_ruleset_find_rule(ruleset, sift_span_of("runtime-oom-killed"))];
  assert_false(memory->incident || ruleset->classes[memory->class_index].phrases);
  sift_ruleset_free(ruleset);
  sift_problems_release(&problems);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_kind_of_error_is_told_with_place_field_and_remedy),
      cmocka_unit_test(a_rule_arrives_whole),
      cmocka_unit_test(what_a_rule_leaves_out_has_a_default),
      cmocka_unit_test(the_order_of_files_changes_nothing),
      cmocka_unit_test(duplicates_over_files_name_both),
      cmocka_unit_test(a_broken_file_does_not_hide_the_errors_of_others),
      cmocka_unit_test(no_files_are_an_error_in_words),
      cmocka_unit_test(a_set_over_64_mib_is_refused_unread),
      cmocka_unit_test(too_many_classes_are_refused),
      cmocka_unit_test(an_example_longer_than_any_scanned_line_is_refused),
      cmocka_unit_test(a_thousand_errors_are_counted_to_the_last),
      cmocka_unit_test(the_built_in_pack_loads_without_errors),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
