#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "engine/space.h"
#include "engine/stamp.h"
#include "ingest/serve/syslog_message.h"

static char told[1024];

/* "facility.severity|time|host|app|procid|msgid|data|text", "-" for nil. */
static const char *read_at(const char *now, const char *frame) {
  struct sift_syslog_message m;
  char time[36] = "";
  sift_syslog_message_read(sift_span_of(frame), sift_stamp_parse(sift_span_of(now)), &m);
  time[sift_stamp_format(m.time_ns, time)] = '\0';
  struct sift_span parts[] = {m.host, m.app, m.procid, m.msgid, m.data};
  int len = snprintf(told, sizeof told, "%u.%u|%s", m.facility, m.severity, time);
  for (size_t i = 0; i < 5; i++) {
    len += snprintf(told + len, sizeof told - (size_t)len, "|%.*s", parts[i].data != NULL ? (int)parts[i].len : 1,
                    parts[i].data != NULL ? parts[i].data : "-");
  }
  assert_non_null(m.text.data);
  snprintf(told + len, sizeof told - (size_t)len, "|%.*s", (int)m.text.len, m.text.data);
  return told;
}

static const char *read_message(const char *frame) {
  return read_at("2024-06-15T00:00:00Z", frame);
}

static void rfc_5424_is_read_in_full(void **state) {
  (void)state;
  assert_string_equal(read_message("<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 77 ID47 "
                                   "[exampleSDID@32473 iut=\"3\" eventSource=\"Application\"][b x=\"y\"] An application event"),
                      "20.5|2003-10-11T22:14:15.003Z|mymachine.example.com|evntslog|77|ID47|[exampleSDID@32473 iut=\"3\" "
                      "eventSource=\"Application\"][b x=\"y\"]|An application event");
  assert_string_equal(read_message("<0>1 2003-08-24T05:14:15.000003-07:00 h owner/name - - - text"),
                      "0.0|2003-08-24T12:14:15.000003000Z|h|owner/name|-|-|-|text");
}

static void nil_values_are_absent(void **state) {
  (void)state;
  assert_string_equal(read_message("<34>1 - - - - - -"), "4.2||-|-|-|-|-|");
  assert_string_equal(read_message("<34>1 - - - - - - "), "4.2||-|-|-|-|-|");
  assert_string_equal(read_message("<191>999 - h a p m - -"), "23.7||h|a|p|m|-|-");
  assert_string_equal(read_message("<34>1 - h"), "4.2||h|-|-|-|-|");
}

static void a_byte_order_mark_is_no_text(void **state) {
  (void)state;
  assert_string_equal(read_message("<34>1 - - su - - - \xef\xbb\xbf'su root'"), "4.2||-|su|-|-|-|'su root'");
  assert_string_equal(read_message("<34>1 - - su - - [a b=\"c\"] \xef\xbb\xbf'su root'"), "4.2||-|su|-|-|[a b=\"c\"]|'su root'");
  assert_string_equal(read_message("<13>Jun  1 00:00:00 h t: \xef\xbb\xbfx"), "1.5|2024-06-01T00:00:00Z|h|t|-|-|-|x");
  assert_string_equal(read_message("\xef\xbb\xbfplain"), "1.5||-|-|-|-|-|plain");
}

static void a_single_blank_that_rsyslog_adds_is_no_indentation(void **state) {
  (void)state;
  assert_string_equal(read_message("<34>1 - - su - - -  Traceback"), "4.2||-|su|-|-|-|Traceback");
  assert_string_equal(read_message("<34>1 - - su - - -   File"), "4.2||-|su|-|-|-|  File");
}

static void structured_data_may_hold_brackets_and_quotes(void **state) {
  (void)state;
  assert_string_equal(read_message("<34>1 - - - - - [a b=\"]\\\"\\]\\\\\" c=\"\"][d] x"),
                      "4.2||-|-|-|-|[a b=\"]\\\"\\]\\\\\" c=\"\"][d]|x");
}

static void wrong_structured_data_is_text(void **state) {
  (void)state;
  assert_string_equal(read_message("<34>1 - - - - - [a b=\"c"), "4.2||-|-|-|-|-|[a b=\"c");
  assert_string_equal(read_message("<34>1 - - - - - [] x"), "4.2||-|-|-|-|-|[] x");
  assert_string_equal(read_message("<34>1 - - - - - text [x]"), "4.2||-|-|-|-|-|text [x]");
  assert_string_equal(read_message("<34>1 - - - - - --- text"), "4.2||-|-|-|-|-|--- text");
}

static void a_trailing_line_end_is_no_text(void **state) {
  (void)state;
  assert_string_equal(read_message("<34>1 - - - - - - x\r\n"), "4.2||-|-|-|-|-|x");
  assert_string_equal(read_message("<34>1 - - - - - - x\ny\n\n"), "4.2||-|-|-|-|-|x\ny");
}

static void rfc_3164_is_read_in_full(void **state) {
  (void)state;
  assert_string_equal(read_message("<34>Jun 11 22:14:15 mymachine su[12]: 'su root' failed"),
                      "4.2|2024-06-11T22:14:15Z|mymachine|su|12|-|-|'su root' failed");
  assert_string_equal(read_message("<13>Jun  1 00:00:00 h owner/name:   indented"),
                      "1.5|2024-06-01T00:00:00Z|h|owner/name|-|-|-|  indented");
  assert_string_equal(read_message("<13>Jun  1 00:00:00 h tag[7] no colon"), "1.5|2024-06-01T00:00:00Z|h|tag|7|-|-|no colon");
  assert_string_equal(read_message("<13>Jun  1 00:00:00 fe80::1 tag:"), "1.5|2024-06-01T00:00:00Z|fe80::1|tag|-|-|-|");
  assert_string_equal(read_message("<13>Jun  1 00:00:00.123: h %ASA-6-1: x"), "1.5|2024-06-01T00:00:00Z|h|%ASA-6-1|-|-|-|x");
}

static void a_year_is_guessed_nearest_to_the_receivers_clock(void **state) {
  (void)state;
  assert_string_equal(read_at("2025-01-01T00:00:05Z", "<13>Dec 31 23:59:59 h t: x"), "1.5|2024-12-31T23:59:59Z|h|t|-|-|-|x");
  assert_string_equal(read_at("2024-12-31T23:59:55Z", "<13>Jan  1 00:00:01 h t: x"), "1.5|2025-01-01T00:00:01Z|h|t|-|-|-|x");
  assert_string_equal(read_at("2024-03-01T00:00:00Z", "<13>Feb 29 10:00:00 h t: x"), "1.5|2024-02-29T10:00:00Z|h|t|-|-|-|x");
}

static void iso_dates_pass_for_rfc_3164(void **state) {
  (void)state;
  assert_string_equal(read_message("<13>2024-01-31T10:20:30.5+01:00 h tag[1]: x"), "1.5|2024-01-31T09:20:30.500Z|h|tag|1|-|-|x");
}

static void a_missing_host_is_told_by_the_tag(void **state) {
  (void)state;
  assert_string_equal(read_message("<13>Jun  1 00:00:00 tag[9]: x y"), "1.5|2024-06-01T00:00:00Z|-|tag|9|-|-|x y");
  assert_string_equal(read_message("<13>Jun  1 00:00:00 tag: x y"), "1.5|2024-06-01T00:00:00Z|-|tag|-|-|-|x y");
}

static void what_is_no_tag_stays_text(void **state) {
  (void)state;
  assert_string_equal(read_message("<13>Jun  1 00:00:00 h last message repeated"),
                      "1.5|2024-06-01T00:00:00Z|h|-|-|-|-|last message repeated");
  assert_string_equal(read_message("<13>Jun  1 00:00:00 h http://x y"), "1.5|2024-06-01T00:00:00Z|h|-|-|-|-|http://x y");
  assert_string_equal(read_message("<13>Jun  1 00:00:00 word"), "1.5|2024-06-01T00:00:00Z|-|-|-|-|-|word");
  assert_string_equal(read_message("<13>Jun  1 00:00:00 h a[b c"), "1.5|2024-06-01T00:00:00Z|h|-|-|-|-|a[b c");
}

static void a_missing_pri_counts_as_thirteen(void **state) {
  (void)state;
  assert_string_equal(read_message("Jun  1 00:00:00 h tag: x"), "1.5|2024-06-01T00:00:00Z|h|tag|-|-|-|x");
  assert_string_equal(read_message("just text: so"), "1.5||-|-|-|-|-|just text: so");
  assert_string_equal(read_message("2024-01-31T10:20:30Z ERROR x: y"),
                      "1.5|2024-01-31T10:20:30Z|-|-|-|-|-|2024-01-31T10:20:30Z ERROR x: y");
  assert_string_equal(read_message(""), "1.5||-|-|-|-|-|");
}

static void a_wrong_pri_is_text(void **state) {
  (void)state;
  static const char *const wrong[] = {"<192>x", "<>x", "<1", "<1234>x", "<1a>x", "< 1>x", "<"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    char expected[64];
    snprintf(expected, sizeof expected, "1.5||-|-|-|-|-|%s", wrong[i]);
    assert_string_equal(read_message(wrong[i]), expected);
  }
}

static void a_pri_without_header_leaves_the_text_whole(void **state) {
  (void)state;
  assert_string_equal(read_message("<11>ModuleNotFoundError: No module"), "1.3||-|-|-|-|-|ModuleNotFoundError: No module");
  assert_string_equal(read_message("<11>1 apple"), "1.3||-|-|-|-|-|1 apple");
  assert_string_equal(read_message("<11>01 - - - - - - x"), "1.3||-|-|-|-|-|01 - - - - - - x");
  assert_string_equal(read_message("<11>"), "1.3||-|-|-|-|-|");
}

static const char *parameter(const char *data, const char *id, const char *name) {
  struct sift_span value = sift_syslog_parameter(sift_span_of(data), sift_span_of(id), sift_span_of(name));
  if (value.data == NULL) {
    return "(none)";
  }
  told[sift_syslog_unescape(value, told)] = '\0';
  return told;
}

static void parameters_are_found_by_id_and_name(void **state) {
  (void)state;
  const char *data = "[a@1 x=\"one\" y=\"\"][b x=\"t\\\"w\\]o\\\\\\n\"][ab x=\"three\"][a@2 x=\"four\" z=\"=]\"]";
  assert_string_equal(parameter(data, "a@1", "x"), "one");
  assert_string_equal(parameter(data, "a@2", "x"), "four");
  assert_string_equal(parameter(data, "a", "x"), "one");
  assert_string_equal(parameter(data, "a", "z"), "=]");
  assert_string_equal(parameter(data, "a", "y"), "");
  assert_string_equal(parameter(data, "b", "x"), "t\"w]o\\\\n");
  assert_string_equal(parameter(data, "ab", "x"), "three");
  assert_string_equal(parameter(data, "b", "y"), "(none)");
  assert_string_equal(parameter(data, "c", "x"), "(none)");
  assert_string_equal(parameter("", "c", "x"), "(none)");
  assert_string_equal(parameter("[a x=y]", "a", "x"), "(none)");
}

static const char *unfold(const char *text) {
  strcpy(told, text);
  told[sift_syslog_unfold(told, strlen(told))] = '\0';
  return told;
}

static void octal_escapes_become_what_they_were(void **state) {
  (void)state;
  assert_string_equal(unfold("Traceback:#012  File \"a\"#012#011x"), "Traceback:\n  File \"a\"\n\tx");
  assert_string_equal(unfold("#033[31mred#177#0"), "\x1b[31mred\x7f#0");
  assert_string_equal(unfold("a #1 #12 #040 #128 #200 ##012"), "a #1 #12 #040 #128 #200 #\n");
  assert_string_equal(unfold("none"), "none");
  assert_string_equal(unfold(""), "");
}

static void names_are_those_of_the_standard(void **state) {
  (void)state;
  assert_string_equal(sift_syslog_facility_name(0), "kern");
  assert_string_equal(sift_syslog_facility_name(16), "local0");
  assert_string_equal(sift_syslog_facility_name(23), "local7");
  assert_string_equal(sift_syslog_severity_name(3), "err");
  assert_string_equal(sift_syslog_severity_name(7), "debug");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(rfc_5424_is_read_in_full),
      cmocka_unit_test(nil_values_are_absent),
      cmocka_unit_test(a_byte_order_mark_is_no_text),
      cmocka_unit_test(a_single_blank_that_rsyslog_adds_is_no_indentation),
      cmocka_unit_test(structured_data_may_hold_brackets_and_quotes),
      cmocka_unit_test(wrong_structured_data_is_text),
      cmocka_unit_test(a_trailing_line_end_is_no_text),
      cmocka_unit_test(rfc_3164_is_read_in_full),
      cmocka_unit_test(a_year_is_guessed_nearest_to_the_receivers_clock),
      cmocka_unit_test(iso_dates_pass_for_rfc_3164),
      cmocka_unit_test(a_missing_host_is_told_by_the_tag),
      cmocka_unit_test(what_is_no_tag_stays_text),
      cmocka_unit_test(a_missing_pri_counts_as_thirteen),
      cmocka_unit_test(a_wrong_pri_is_text),
      cmocka_unit_test(a_pri_without_header_leaves_the_text_whole),
      cmocka_unit_test(parameters_are_found_by_id_and_name),
      cmocka_unit_test(octal_escapes_become_what_they_were),
      cmocka_unit_test(names_are_those_of_the_standard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
