#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "forward_support.h"

#define NOW "\xD7\x00\x69\x7D\xD7\x1E\x00\x00\x00\x01"
#define GROUP "\x92\xD7\x00\xFF\xFF\xFF\xFF\x00\x00\x00\x00\x80"
#define GROUP_END "\x92\x92\xD7\x00\xFF\xFF\xFF\xFE\x00\x00\x00\x00\x80\x80"

static void text_keeps_its_lines_and_loses_one_last_newline(void **state) {
  (void)state;
  struct peer *peer = peer_new("", "{log}", NULL);
  expect_sent(peer,
              BYTES("\x92\xA1t\x93\x92\x00\x81\xA3log\xA4"
                    "a\nb\n\x92\x00\x81\xA3log\xA1\n\x92\x00\x81\xA3log\xA0"),
              SIFT_OK, "record ||a\nb\nrecord ||\nrecord ||\n");
  peer_free(peer);
}

static void a_record_without_its_text_is_counted(void **state) {
  (void)state;
  struct peer *peer = peer_new("", "{log}", NULL);
  expect_sent(peer, BYTES("\x92\xA1t\x94\x92\x00\x80\x92\x00\x81\xA3log\xC0\x92\x00\x81\xA3log\x80\x92\x00\x81\xA3log\x07"),
              SIFT_OK, "damage json_text 1||\ndamage json_text 1||\ndamage json_text 1||\nrecord ||7\n");
  peer_free(peer);
}

static void a_text_over_the_limit_is_counted_and_dropped(void **state) {
  (void)state;
  struct peer *peer = peer_new("", "{log}", NULL);
  peer->config.limits.line_bytes_max = 64;
  char message[200];
  char text[66];
  memset(text, 'x', sizeof text);
  text[64] = '\n';
  char *head = put_text(sift_put_map(sift_put_unsigned(put_text(sift_put_array(message, 3), "t"), 0), 1), "log");
  char *at = sift_put_str(head, sift_span(text, 65));
  assert_int_equal(peer_send(peer, sift_span(message, (size_t)(at - message)), 0), SIFT_OK);
  assert_int_equal(peer->told.records, 1);
  peer->told.len = 0;
  at = sift_put_str(head, sift_span(text, 66));
  expect_sent(peer, sift_span(message, (size_t)(at - message)), SIFT_OK, "damage record_too_long 1||\n");
  peer_free(peer);
}

static void a_bad_time_is_counted_and_the_record_kept_undated(void **state) {
  (void)state;
  struct peer *peer = peer_new("", "{log}", NULL);
  expect_sent(peer,
              BYTES("\x92\xA1t\x93\x92\x05\x81\xA3log\xA1"
                    "a\x92\x90\x81\xA3log\xA1"
                    "b\x92\xA3now\x81\xA3log\xA1"
                    "c"),
              SIFT_OK, "damage bad_time 1||\nrecord ||a\ndamage bad_time 1||\nrecord ||b\ndamage bad_time 1||\nrecord ||c\n");
  peer_free(peer);
}

static void what_a_group_has_in_common_yields_to_an_entrys_own(void **state) {
  (void)state;
  struct peer *peer = peer_new("{k.space}", "{log}{n}|{log}", NULL);
  expect_sent(peer,
              BYTES("\x92\xA1t\x97"
                    "\x92" GROUP "\x82\xA1k\x81\xA5space\xA3o/n\xA1n\x07"
                    "\x92\x92" NOW "\x80\x81\xA3log\xA1"
                    "a"
                    "\x92\x92" NOW "\x80\x82\xA3log\xA1"
                    "b\xA1k\x81\xA5space\xA3p/q"
                    "\x92" GROUP "\x81\xA1n\x08"
                    "\x92\x92" NOW "\x80\x81\xA3log\xA1"
                    "c" GROUP_END "\x92\x92" NOW "\x80\x81\xA3log\xA1"
                    "d"),
              SIFT_OK,
              "record 1769854750000000001 o/n||a7\nrecord 1769854750000000001 p/q||b7\nrecord 1769854750000000001 ||c8\n"
              "record 1769854750000000001 ||d\n");
  peer_free(peer);
}

static void a_group_ends_with_its_message(void **state) {
  (void)state;
  struct peer *peer = peer_new("{space}", "{log}", NULL);
  expect_sent(peer,
              BYTES("\x92\xA1t\x91\x92" GROUP "\x81\xA5space\xA3o/n"
                    "\x92\xA1t\x91\x92\x92" NOW "\x80\x81\xA3log\xA1"
                    "a"),
              SIFT_OK, "record 1769854750000000001 ||a\n");
  peer_free(peer);
}

static void tag_peer_and_fields_named_like_them_are_told_apart(void **state) {
  (void)state;
  struct peer *peer = peer_new("{tag.0}{tag.7}|{tag.0}/{peer}/{record.tag}", "{log}", NULL);
  expect_sent(peer,
              BYTES("\x93\xA3"
                    "a.b\x00\x82\xA3log\xA1x\xA3tag\xA1"
                    "f"),
              SIFT_OK, "record a/10.0.0.7/f||x\n");
  peer_free(peer);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(text_keeps_its_lines_and_loses_one_last_newline),
      cmocka_unit_test(a_record_without_its_text_is_counted),
      cmocka_unit_test(a_text_over_the_limit_is_counted_and_dropped),
      cmocka_unit_test(a_bad_time_is_counted_and_the_record_kept_undated),
      cmocka_unit_test(what_a_group_has_in_common_yields_to_an_entrys_own),
      cmocka_unit_test(a_group_ends_with_its_message),
      cmocka_unit_test(tag_peer_and_fields_named_like_them_are_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
