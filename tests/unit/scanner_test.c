#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "engine/batch.h"
#include "engine/scanner.h"
#include "tests/support/rules.h"

/* Hits as text, one a line: rule@start+len and the captured values. */
struct record {
  const struct sift_ruleset *ruleset;
  char text[4096];
  size_t len;
  size_t stop_after;
  size_t hits;
};

static bool note(void *context, const struct sift_hit *hit) {
  struct record *record = context;
  record->len += (size_t)snprintf(record->text + record->len, sizeof record->text - record->len, "%s@%u+%u",
                                  record->ruleset->rules[hit->rule].id, hit->line_start, hit->line_len);
  for (uint32_t i = 0; i < hit->field_count; i++) {
    record->len += (size_t)snprintf(record->text + record->len, sizeof record->text - record->len, " <%.*s>",
                                    (int)hit->fields[i].len, hit->fields[i].len > 0 ? hit->fields[i].data : "");
  }
  record->text[record->len++] = '\n';
  record->text[record->len] = '\0';
  return ++record->hits != record->stop_after;
}

static void expect_mode(const struct test_rule *rules, size_t count, const char *text, const char *want, enum sift_scan_mode mode) {
  struct sift_ruleset *ruleset = test_ruleset(rules, count);
  struct sift_database *database = test_database(ruleset);
  struct sift_scanner *scanner = NULL;
  assert_int_equal(sift_scanner_new(&scanner, database, mode), SIFT_OK);
  char *padded = test_padded(text, strlen(text));
  struct record record = {.ruleset = ruleset};
  assert_int_equal(sift_scanner_scan(scanner, padded, (uint32_t)strlen(text), note, &record), SIFT_OK);
  assert_string_equal(record.text, want);
  free(padded);
  sift_scanner_free(scanner);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static void expect(const struct test_rule *rules, size_t count, const char *text, const char *want) {
  expect_mode(rules, count, text, want, SIFT_SCAN_SAMPLER);
  expect_mode(rules, count, text, want, SIFT_SCAN_DENSE);
  expect_mode(rules, count, text, want, SIFT_SCAN_BATCH);
  expect_mode(rules, count, text, want, SIFT_SCAN_LINES);
  expect_mode(rules, count, text, want, SIFT_SCAN_ADAPTIVE);
}

static void a_pattern_never_matches_across_lines(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "space", .any = {"foo\\s+bar"}},
      {.id = "negated", .any = {"open[^x]*close"}},
      {.id = "dot", .any = {"(?s)begin.*end"}},
  };
  expect(rules, 3, "foo\nbar open\nclose begin\nend\n", "");
  expect(rules, 3, "foo bar\nopen close\nbegin end\n", "space@0+7\nnegated@8+10\ndot@19+9\n");
}

/* '*' and a newline differ in the bit that folds letters. */
static void a_text_does_not_stand_across_a_line_end(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "star", .any = {"alpha beta gamma\\*delta epsilon"}},
      {.id = "part", .any = {"beta gamma"}},
  };
  expect(rules, 2, "xx alpha beta gamma\ndelta epsilon\nfoo\n", "part@0+19\n");
  expect(rules, 2, "foo\nalpha beta gamma*delta epsilon\n", "part@4+30\nstar@4+30\n");
}

static void odd_classes_are_those_of_the_line(void **state) {
  (void)state;
  const struct test_rule colon = {.id = "colon", .any = {"failed[^[:]\\s+code 13"}};
  const struct test_rule quoted = {.id = "quoted", .any = {"failed [^\\Q]\\E\\s]+ code 13"}};
  const struct test_rule empty = {.id = "empty", .any = {"failed [^\\E]k] code 13"}};
  expect(&colon, 1, "failed\n]code 13\nfoo\nfailedx code 13\nfailedx\ncode 13\n", "colon@20+15\n");
  expect(&quoted, 1, "failed abc code 13\nfoo\nfailed [[[ code 13\nx\n", "quoted@0+18\nquoted@23+18\n");
  expect(&empty, 1, "failed ]\ncode 13\nfailed k code 13\nfoo\nfailed x code 13\n", "empty@38+16\n");
}

static void anchors_are_those_of_the_line(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "begin", .any = {"^error"}},
      {.id = "end", .any = {"error$"}},
      {.id = "whole", .any = {"^error$"}},
  };
  expect(rules, 3, "error\nan error\nerror it is\nno error here\nerror",
         "begin@0+5\nend@0+5\nwhole@0+5\nend@6+8\nbegin@15+11\n"
         "begin@41+5\nend@41+5\nwhole@41+5\n");
}

static void all_and_none_hold_within_the_line(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "rule", .any = {"apple", "pear"}, .all = {"ripe", "red"}, .none = {"rotten"}},
  };
  expect(rules, 1, "apple\nripe red\nred ripe apple\nripe apple\npear red ripe rotten\nripe pear, red\n",
         "rule@15+14\nrule@62+14\n");
}

static void look_around_and_back_references_are_confirmed(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "ahead", .any = {"port (?!7860)\\d{4}"}},
      {.id = "behind", .any = {"(?<!no )error: disk"}},
      {.id = "twice", .any = {"(\\w{4,}) is not \\1"}},
  };
  expect(rules, 3, "port 7860\nport 8000\nno error: disk\nan error: disk\nthis is not that\nthis is not this\n",
         "ahead@10+9\nbehind@35+14\ntwice@67+16\n");
}

static void a_none_pattern_with_look_around_vetoes_only_when_it_really_matches(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "rule", .any = {"failed"}, .none = {"retry(?! limit)"}},
  };
  expect(rules, 1, "failed, retry limit\nfailed, retry soon\n", "rule@0+19\n");
}

static void captures_come_from_the_first_pattern_that_matches(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "rule",
       .any = {"module '(?<module>\\w+)'(?: in (?<where>\\w+))?", "package (?<module>\\w+)"},
       .captures = {"module", "where"}},
  };
  expect(rules, 1, "module 'torch' in app\nmodule 'numpy'\npackage scipy\nmodule 'a' package b\n",
         "rule@0+21 <torch> <app>\nrule@22+14 <numpy> <>\nrule@37+13 <scipy> <>\nrule@51+20 <a> <>\n");
}

static void one_line_gives_each_rule_once_in_order_of_id(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "b", .any = {"x+y", "xy"}},
      {.id = "a", .any = {"y"}},
      {.id = "c", .any = {"xx"}},
  };
  expect(rules, 3, "xxyxyxy y y\n", "a@0+11\nb@0+11\nc@0+11\n");
}

static void bytes_that_are_no_utf8_and_nuls_are_text_like_any(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "rule", .any = {"fatal.{1,3}end"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = test_database(ruleset);
  struct sift_scanner *scanner = NULL;
  assert_int_equal(sift_scanner_new(&scanner, database, SIFT_SCAN_BATCH), SIFT_OK);
  const char text[] = "\xff\xfe\nfatal\0\x80"
                      "end\n\0\n";
  char *padded = test_padded(text, sizeof text - 1);
  struct record record = {.ruleset = ruleset};
  assert_int_equal(sift_scanner_scan(scanner, padded, sizeof text - 1, note, &record), SIFT_OK);
  assert_string_equal(record.text, "rule@3+10\n");
  free(padded);
  sift_scanner_free(scanner);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static void the_callback_may_stop_the_scan(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "rule", .any = {"hit"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = test_database(ruleset);
  struct sift_scanner *scanner = NULL;
  assert_int_equal(sift_scanner_new(&scanner, database, SIFT_SCAN_BATCH), SIFT_OK);
  char *padded = test_padded("hit\nhit\nhit\n", 12);
  struct record record = {.ruleset = ruleset, .stop_after = 2};
  assert_int_equal(sift_scanner_scan(scanner, padded, 12, note, &record), SIFT_END);
  assert_int_equal(record.hits, 2);
  free(padded);
  sift_scanner_free(scanner);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static bool count_hit(void *context, const struct sift_hit *hit) {
  (void)hit;
  ++*(size_t *)context;
  return true;
}

static void a_batch_in_which_every_line_matches_is_scanned_whole(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "rule", .any = {"x$"}}, {.id = "across", .any = {"x[^y]{0,40}x"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = test_database(ruleset);
  enum { LINES = 100000 };
  char *text = calloc(1, 2 * LINES + 64);
  for (size_t i = 0; i < LINES; i++) {
    memcpy(text + 2 * i, "x\n", 2);
  }
  for (int mode = SIFT_SCAN_ADAPTIVE; mode <= SIFT_SCAN_EXAMPLES; mode++) {
    struct sift_scanner *scanner = NULL;
    assert_int_equal(sift_scanner_new(&scanner, database, (enum sift_scan_mode)mode), SIFT_OK);
    size_t hits = 0;
    for (int i = 0; i < 3; i++) {
      assert_int_equal(sift_scanner_scan(scanner, text, 2 * LINES, count_hit, &hits), SIFT_OK);
    }
    assert_int_equal(hits, 3 * LINES);
    sift_scanner_free(scanner);
  }
  free(text);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

struct order {
  uint32_t last;
  size_t hits;
};

static bool note_order(void *context, const struct sift_hit *hit) {
  struct order *order = context;
  assert_true(order->hits == 0 || hit->line_start > order->last);
  order->last = hit->line_start;
  order->hits++;
  return true;
}

/* The sampler wakes every other line, then the database jumps back and wakes those between: for every number of lines, so that
 * the list of woken lines is full at the jump for one of them. */
static void lines_are_told_in_order_whoever_wakes_them(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "long", .any = {"no disk left at all"}}, {.id = "short", .any = {"ab"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = test_database(ruleset);
  enum { PAIRS = 1100, PAIR = 23 };
  char *text = calloc(1, PAIRS * PAIR + 64);
  for (size_t pairs = 1000; pairs <= PAIRS; pairs++) {
    struct sift_scanner *scanner = NULL;
    struct order order = {0};
    for (size_t i = 0; i < pairs; i++) {
      memcpy(text + i * PAIR, "ab\nno disk left at all\n", PAIR);
    }
    assert_int_equal(sift_scanner_new(&scanner, database, SIFT_SCAN_SAMPLER), SIFT_OK);
    assert_int_equal(sift_scanner_scan(scanner, text, (uint32_t)(pairs * PAIR), note_order, &order), SIFT_OK);
    assert_int_equal(order.hits, 2 * pairs);
    sift_scanner_free(scanner);
  }
  free(text);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

/* Look-around that reads the rest of the line from every place a match could begin at: quadratic, were it not bounded. */
static void a_hostile_line_costs_no_more_than_its_length(void **state) {
  (void)state;
  const struct test_rule rules[] = {{.id = "ahead", .any = {"Error: (?!.*never)[^a-z]*KEY"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = test_database(ruleset);
  struct sift_scanner *scanner = NULL;
  enum { LEN = 1024 * 1024 };
  char *text = calloc(1, LEN + 64);
  for (size_t at = 0; at + 9 <= LEN - 64; at += 9) {
    memcpy(text + at, "Error: x ", 9);
  }
  memcpy(text + LEN - 64, "Error: KEY", 10);
  memcpy(text, "Error: KEY", 10);
  assert_int_equal(sift_scanner_new(&scanner, database, SIFT_SCAN_BATCH), SIFT_OK);
  size_t hits = 0;
  assert_int_equal(sift_scanner_scan(scanner, text, LEN, count_hit, &hits), SIFT_OK);
  assert_int_equal(hits, 1); /* decided on the line's begin */
  memcpy(text, "Error: no!", 10);
  assert_int_equal(sift_scanner_scan(scanner, text, LEN, count_hit, &hits), SIFT_OK);
  assert_int_equal(hits, 1); /* its end is not asked */
  assert_int_equal(sift_scanner_stats(scanner)->limited, 0);
  free(text);
  sift_scanner_free(scanner);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

/* Lines on which PCRE2 gave up, as text: rule@start+len. */
static void note_limit(void *context, uint32_t rule, uint32_t line_start, uint32_t line_len) {
  struct record *record = context;
  record->len += (size_t)snprintf(record->text + record->len, sizeof record->text - record->len, "%s!%u+%u\n",
                                  record->ruleset->rules[rule].id, line_start, line_len);
}

#define COSTLY "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" /* too many ways to part it, for a pattern that wants to */

/* The third line has only what `all` asks for: batch mode does not wake it, so that line mode must not ask PCRE2 either. */
static void a_line_that_pcre2_gives_up_on_is_told_alike_in_each_mode(void **state) {
  (void)state;
  const struct test_rule rules[] = {
      {.id = "all", .any = {"wake"}, .all = {"costly (?=(?:a+)+$)"}},
      {.id = "any", .any = {"fault (?=(?:a+)+$)", "again"}},
  };
  const char *text = "fault aaa\nfault " COSTLY "!\ncostly " COSTLY "!\nwake costly " COSTLY "!\nagain fault " COSTLY "!\n";
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = test_database(ruleset);
  char *padded = test_padded(text, strlen(text));
  for (int mode = SIFT_SCAN_ADAPTIVE; mode <= SIFT_SCAN_LINES; mode++) {
    struct sift_scanner *scanner = NULL;
    struct record record = {.ruleset = ruleset};
    assert_int_equal(sift_scanner_new(&scanner, database, (enum sift_scan_mode)mode), SIFT_OK);
    sift_scanner_on_limit(scanner, note_limit, &record);
    assert_int_equal(sift_scanner_scan(scanner, padded, (uint32_t)strlen(text), note, &record), SIFT_OK);
    assert_string_equal(record.text, "any@0+9\nany!10+47\nall!107+53\nany!161+53\nany@161+53\n");
    assert_int_equal(sift_scanner_stats(scanner)->limited, 3);
    sift_scanner_on_limit(scanner, NULL, NULL);
    assert_int_equal(sift_scanner_scan(scanner, padded, (uint32_t)strlen(text), note, &record), SIFT_OK);
    assert_int_equal(sift_scanner_stats(scanner)->limited, 6);
    sift_scanner_free(scanner);
  }
  free(padded);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

/* Hits must rise by line, then by rule. */
struct rising {
  uint64_t next; /* least place of the next hit */
  size_t hits;
  bool rises;
};

static bool note_place(void *context, const struct sift_hit *hit) {
  struct rising *rising = context;
  uint64_t place = (uint64_t)hit->line_start << 32 | hit->rule;
  rising->rises = rising->rises && place >= rising->next;
  rising->next = place + 1;
  rising->hits++;
  return true;
}

/* Lines woken by the sampler, and once more by the database of the rest: however many there are when the list of them grows. */
static void lines_come_in_order_and_once_however_many_are_woken_twice(void **state) {
  (void)state;
  enum { LINES = 6000, LINE_BYTES = 22 };
  const struct test_rule rules[] = {{.id = "digits", .any = {"\\d\\d\\d\\d"}}, {.id = "text", .any = {"ModuleNotFound"}}};
  static const enum sift_scan_mode modes[] = {SIFT_SCAN_SAMPLER, SIFT_SCAN_BATCH, SIFT_SCAN_ADAPTIVE};
  struct sift_ruleset *ruleset = test_ruleset(rules, 2);
  struct sift_database *database = test_database(ruleset);
  char *text = calloc(1, LINES * LINE_BYTES + SIFT_PADDING + 1);
  for (size_t i = 0; i < LINES; i++) {
    snprintf(text + i * LINE_BYTES, LINE_BYTES + 1, "ModuleNotFound %06u\n", (unsigned)i);
  }
  for (size_t lines = 100; lines <= LINES; lines += 117) {
    for (size_t mode = 0; mode < sizeof modes / sizeof modes[0]; mode++) {
      struct sift_scanner *scanner = NULL;
      struct rising rising = {0, 0, true};
      assert_int_equal(sift_scanner_new(&scanner, database, modes[mode]), SIFT_OK);
      assert_int_equal(sift_scanner_scan(scanner, text, (uint32_t)(lines * LINE_BYTES), note_place, &rising), SIFT_OK);
      assert_int_equal(rising.hits, 2 * lines);
      assert_true(rising.rises);
      sift_scanner_free(scanner);
    }
  }
  free(text);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

/* For each batch, as `batches` says (d: every line is woken, s: none is), whether it went without the sampler. */
static void expect_dense(const char *batches, const char *want) {
  const struct test_rule rules[] = {{.id = "rule", .any = {"zyzzyva quux"}}};
  struct sift_ruleset *ruleset = test_ruleset(rules, 1);
  struct sift_database *database = test_database(ruleset);
  struct sift_scanner *scanner = NULL;
  char *dense = test_padded("zyzzyva quux\nzyzzyva quux\n", 26);
  char *sparse = test_padded("nothing is here\nnor is it here\n", 31);
  char said[64] = "";
  assert_int_equal(sift_scanner_new(&scanner, database, SIFT_SCAN_ADAPTIVE), SIFT_OK);
  for (size_t i = 0; batches[i] != '\0'; i++) {
    uint64_t before = sift_scanner_stats(scanner)->dense;
    const char *text = batches[i] == 'd' ? dense : sparse;
    struct record record = {.ruleset = ruleset};
    assert_int_equal(sift_scanner_scan(scanner, text, (uint32_t)strlen(text), note, &record), SIFT_OK);
    assert_int_equal(record.hits, batches[i] == 'd' ? 2 : 0);
    said[i] = sift_scanner_stats(scanner)->dense > before ? '+' : '-';
  }
  assert_string_equal(said, want);
  free(dense);
  free(sparse);
  sift_scanner_free(scanner);
  sift_database_free(database);
  sift_ruleset_free(ruleset);
}

static void the_sampler_is_left_out_as_long_as_it_spares_nothing(void **state) {
  (void)state;
  expect_dense("ssss", "----");
  expect_dense("dsss", "-+--"); /* one dense batch costs the next one only */
  expect_dense("dddddddddddddddddddddddddddddddddddddddddddddddddddddd", "-+-++-++++-++++++++-++++++++++++++++-++++++++++++++++-");
  expect_dense("dddddsddd", "-+-++--+-");
}

static void a_rule_set_without_rules_and_an_empty_text_give_nothing(void **state) {
  (void)state;
  expect(NULL, 0, "anything\n", "");
  const struct test_rule rules[] = {{.id = "rule", .any = {"x"}}};
  expect(rules, 1, "", "");
  expect(rules, 1, "\n\n\n", "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pattern_never_matches_across_lines),
      cmocka_unit_test(a_text_does_not_stand_across_a_line_end),
      cmocka_unit_test(odd_classes_are_those_of_the_line),
      cmocka_unit_test(anchors_are_those_of_the_line),
      cmocka_unit_test(all_and_none_hold_within_the_line),
      cmocka_unit_test(look_around_and_back_references_are_confirmed),
      cmocka_unit_test(a_none_pattern_with_look_around_vetoes_only_when_it_really_matches),
      cmocka_unit_test(captures_come_from_the_first_pattern_that_matches),
      cmocka_unit_test(one_line_gives_each_rule_once_in_order_of_id),
      cmocka_unit_test(bytes_that_are_no_utf8_and_nuls_are_text_like_any),
      cmocka_unit_test(the_callback_may_stop_the_scan),
      cmocka_unit_test(a_batch_in_which_every_line_matches_is_scanned_whole),
      cmocka_unit_test(lines_are_told_in_order_whoever_wakes_them),
      cmocka_unit_test(a_hostile_line_costs_no_more_than_its_length),
      cmocka_unit_test(a_line_that_pcre2_gives_up_on_is_told_alike_in_each_mode),
      cmocka_unit_test(lines_come_in_order_and_once_however_many_are_woken_twice),
      cmocka_unit_test(the_sampler_is_left_out_as_long_as_it_spares_nothing),
      cmocka_unit_test(a_rule_set_without_rules_and_an_empty_text_give_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
