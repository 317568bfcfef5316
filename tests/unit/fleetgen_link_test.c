#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tools/fleetgen/inbox.h"

#define MS_NS INT64_C(1000000)

/* A listener on a unix socket, and a link to it. */
struct fixture {
  char directory[64];
  struct sift_gen_target target;
  struct sift_gen_link link;
  int listener, peer;
};

static int begin(void **state) {
  struct fixture *fixture = calloc(1, sizeof(*fixture));
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  strcpy(fixture->directory, "/tmp/fleetgen_link_XXXXXX");
  if (mkdtemp(fixture->directory) == NULL) {
    return -1;
  }
  snprintf(fixture->target.path, sizeof(fixture->target.path), "%s/s", fixture->directory);
  snprintf(address.sun_path, sizeof(address.sun_path), "%s", fixture->target.path);
  fixture->listener = socket(AF_UNIX, SOCK_STREAM, 0);
  if (bind(fixture->listener, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fixture->listener, 1) != 0) {
    return -1;
  }
  sift_gen_link_init(&fixture->link, &fixture->target, NULL);
  if (sift_gen_link_open(&fixture->link, sift_gen_link_now() + 1000 * MS_NS) != SIFT_OK) {
    return -1;
  }
  fixture->peer = accept(fixture->listener, NULL, NULL);
  *state = fixture;
  return 0;
}

static int end(void **state) {
  struct fixture *fixture = *state;
  sift_gen_link_close(&fixture->link);
  close(fixture->peer);
  close(fixture->listener);
  unlink(fixture->target.path);
  rmdir(fixture->directory);
  free(fixture);
  return 0;
}

static void a_peer_that_takes_nothing_is_waited_for_no_longer_than_told(void **state) {
  struct fixture *fixture = *state;
  static char bytes[8 << 20];
  int64_t start_ns = sift_gen_link_now();
  assert_int_equal(sift_gen_link_send(&fixture->link, bytes, sizeof(bytes), 100 * MS_NS), SIFT_EIO);
  assert_non_null(strstr(fixture->link.error, "took nothing"));
  assert_true(sift_gen_link_now() - start_ns >= 100 * MS_NS);
}

static void what_comes_is_received_and_nothing_is_no_error(void **state) {
  struct fixture *fixture = *state;
  char room[16];
  size_t got = 1;
  int64_t start_ns = sift_gen_link_now();
  assert_int_equal(sift_gen_link_receive(&fixture->link, room, sizeof(room), start_ns + 20 * MS_NS, &got), SIFT_OK);
  assert_int_equal(got, 0);
  assert_true(sift_gen_link_now() - start_ns >= 20 * MS_NS);
  assert_int_equal(sift_gen_link_receive(&fixture->link, room, sizeof(room), 0, &got), SIFT_OK);
  assert_int_equal(got, 0);
  assert_int_equal(write(fixture->peer, "hello", 5), 5);
  assert_int_equal(sift_gen_link_receive(&fixture->link, room, sizeof(room), 0, &got), SIFT_OK);
  assert_int_equal(got, 5);
  shutdown(fixture->peer, SHUT_WR);
  assert_int_equal(sift_gen_link_receive(&fixture->link, room, sizeof(room), 0, &got), SIFT_END);
}

static void a_peer_that_is_gone_is_an_error_and_no_signal(void **state) {
  struct fixture *fixture = *state;
  close(fixture->peer);
  assert_int_equal(sift_gen_link_send(&fixture->link, "x", 1, 100 * MS_NS), SIFT_EIO);
  assert_non_null(strstr(fixture->link.error, "Broken pipe"));
}

static void replies_come_one_at_a_time_however_they_are_cut(void **state) {
  struct fixture *fixture = *state;
  static const char acks[] = "\x81\xa3"
                             "ack\xa1"
                             "a\x81\xa3"
                             "ack\xa1"
                             "b";
  struct sift_gen_inbox inbox = {0};
  struct sift_gen_reply reply;
  assert_int_equal(write(fixture->peer, acks, 9), 9);
  assert_int_equal(sift_gen_inbox_next(&inbox, &fixture->link, 0, &reply), SIFT_OK);
  assert_int_equal(reply.kind, SIFT_GEN_REPLY_ACK);
  assert_memory_equal(reply.ack.data, "a", 1);
  assert_int_equal(sift_gen_inbox_next(&inbox, &fixture->link, 0, &reply), SIFT_OK);
  assert_int_equal(reply.kind, SIFT_GEN_REPLY_SHORT);
  assert_int_equal(write(fixture->peer, acks + 9, sizeof(acks) - 1 - 9), (ssize_t)sizeof(acks) - 1 - 9);
  assert_int_equal(sift_gen_inbox_next(&inbox, &fixture->link, 0, &reply), SIFT_OK);
  assert_memory_equal(reply.ack.data, "b", 1);
  close(fixture->peer);
  assert_int_equal(sift_gen_inbox_next(&inbox, &fixture->link, 0, &reply), SIFT_END);
}

static void a_reply_without_end_is_refused(void **state) {
  struct fixture *fixture = *state;
  static struct sift_gen_inbox inbox;
  static char endless[SIFT_GEN_REPLY_BYTES_MAX + 100] = "\x81\xa3"
                                                        "ack\xda\xff\xff";
  struct sift_gen_reply reply;
  assert_int_equal(write(fixture->peer, endless, sizeof(endless)), (ssize_t)sizeof(endless));
  assert_int_equal(sift_gen_inbox_next(&inbox, &fixture->link, 0, &reply), SIFT_EFORMAT);
  assert_non_null(strstr(fixture->link.error, "no Forward server"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_peer_that_takes_nothing_is_waited_for_no_longer_than_told, begin, end),
      cmocka_unit_test_setup_teardown(what_comes_is_received_and_nothing_is_no_error, begin, end),
      cmocka_unit_test_setup_teardown(a_peer_that_is_gone_is_an_error_and_no_signal, begin, end),
      cmocka_unit_test_setup_teardown(replies_come_one_at_a_time_however_they_are_cut, begin, end),
      cmocka_unit_test_setup_teardown(a_reply_without_end_is_refused, begin, end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
