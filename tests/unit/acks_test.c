#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/loop_support.h"

#define ACK(chunk)                                                                                                                 \
  "\x81\xa3"                                                                                                                       \
  "ack\xa1" chunk

static void an_ack_goes_out_with_the_entry_that_holds_its_chunk(void **state) {
  struct world *world = *state;
  int fd = world_connect(world, PORT_FORWARD);
  world_forward(world, fd, "a/b", "Warning: w", "1");
  world_turn(world);
  sift_acks_send(world->loop);
  assert_string_equal(world_heard(fd), ""); /* it is not scanned yet */
  assert_true(sift_acks_pending(world->loop));
  world_tick(world);
  assert_string_equal(world_heard(fd), ACK("1"));
  assert_false(sift_acks_pending(world->loop));
  assert_int_equal(world->loop->counters.acks, 1);
  world_expect(world, "a/b 1\n  warning x1 Warning: w\n");
  close(fd);
}

static void acks_go_out_in_the_order_of_their_chunks(void **state) {
  struct world *world = *state;
  int fd = world_connect(world, PORT_FORWARD);
  world_forward(world, fd, "a/b", "x", "1");
  world_forward(world, fd, "a/b", "x", "2");
  world_tick(world);
  world_forward(world, fd, "a/b", "x", "3");
  world_tick(world);
  assert_string_equal(world_heard(fd), ACK("1") ACK("2") ACK("3"));
  close(fd);
}

static void a_chunk_that_came_before_is_acknowledged_and_not_counted_again(void **state) {
  struct world *world = *state;
  int fd = world_connect(world, PORT_FORWARD);
  int other = world_connect(world, PORT_FORWARD);
  world_forward(world, fd, "a/b", "Warning: w", "1");
  world_tick(world);
  world_forward(world, other, "a/b", "Warning: w", "1");
  world_tick(world);
  assert_string_equal(world_heard(fd), ACK("1"));
  assert_string_equal(world_heard(other), ACK("1"));
  assert_int_equal(world->loop->counters.drops[SIFT_DROP_DUPLICATE], 1);
  world_expect(world, "a/b 1\n  warning x1 Warning: w\n");
  close(fd);
  close(other);
}

static void acks_wait_for_a_journal_that_cannot_be_written(void **state) {
  struct world *world = *state;
  world_journal(world);
  test_disk_plan(&world->disk, DISK_SYNC, 0, UINT64_MAX, EIO);
  int fd = world_connect(world, PORT_FORWARD);
  int again = world_connect(world, PORT_FORWARD);
  world_forward(world, fd, "a/b", "x", "1");
  world_tick(world);
  world_forward(world, again, "a/b", "x", "1"); /* sent again meanwhile: neither is safe */
  world_tick(world);
  const struct timespec pause = {.tv_nsec = 50000000};
  nanosleep(&pause, NULL);
  sift_acks_send(world->loop);
  assert_string_equal(world_heard(fd), "");
  assert_string_equal(world_heard(again), "");
  assert_true(sift_acks_pending(world->loop));
  test_disk_plan(&world->disk, 0, 0, 0, 0);
  assert_int_equal(sift_journal_wait(world->hub.journal, 1, 20000), SIFT_OK);
  sift_acks_send(world->loop);
  assert_string_equal(world_heard(fd), ACK("1"));
  assert_string_equal(world_heard(again), ACK("1"));
  close(fd);
  close(again);
}

/* Who has said all may still hear its acks: whether it does, or is gone, shows only when they are sent. */
static void acks_of_a_connection_that_closed_are_tried_and_hold_nothing_up(void **state) {
  struct world *world = *state;
  int fd = world_connect(world, PORT_FORWARD);
  world_forward(world, fd, "a/b", "Warning: w", "1");
  world_turn(world);
  close(fd);
  world_turn(world);
  world_tick(world);
  assert_false(sift_acks_pending(world->loop));
  assert_null(world->loop->conns);
  world_expect(world, "a/b 1\n  warning x1 Warning: w\n"); /* what it sent counts */
}

/* ---- sending fails ---- */

/* An ack of a chunk that another connection has sent, with the number of its entry. */
static void add_ack(struct sift_conn *conn, uint64_t seq, size_t len) {
  char *reply = calloc(1, len);
  conn->chunk_kind = SIFT_CHUNK_AGAIN;
  conn->chunk_seq = seq;
  assert_int_equal(sift_acks_add(conn, sift_span(reply, len)), SIFT_OK);
  conn->chunk_kind = SIFT_CHUNK_NONE;
  free(reply);
}

static void a_peer_that_does_not_read_its_acks_is_closed_with_all_of_them(void **state) {
  struct world *world = *state;
  int fd = world_connect(world, PORT_FORWARD);
  struct sift_conn *conn = world->loop->conns;
  world->hub.seq = 5;
  add_ack(conn, 9, 4); /* not safe yet, on either side of the one that fails */
  add_ack(conn, 1, (size_t)4 * SIFT_OUT_BYTES_MAX);
  add_ack(conn, 2, 4);
  add_ack(conn, 8, 4);
  sift_acks_send(world->loop);
  assert_null(world->loop->conns);
  assert_int_equal(world_closed(world, PORT_FORWARD, SIFT_CLOSE_SLOW), 1);
  world->hub.seq = 9;
  sift_acks_send(world->loop);
  assert_false(sift_acks_pending(world->loop));
  close(fd);
}

static void a_chunk_that_was_given_up_is_not_acknowledged(void **state) {
  struct world *world = *state;
  int fd = world_connect(world, PORT_FORWARD);
  struct sift_conn *conn = world->loop->conns;
  conn->chunk = sift_chunk_key(sift_span_of("given up"));
  add_ack(conn, 0, 4); /* pending elsewhere, says the connection; the ids know nothing of it */
  sift_acks_send(world->loop);
  assert_false(sift_acks_pending(world->loop));
  assert_int_equal(conn->acks, 0);
  assert_string_equal(world_heard(fd), "");
  close(fd);
}

static void the_list_is_whole_after_acks_were_taken_from_anywhere(void **state) {
  struct world *world = *state;
  for (unsigned mask = 0; mask < 16; mask++) { /* which of four are safe */
    int fd = world_connect(world, PORT_FORWARD);
    struct sift_conn *conn = world->loop->conns;
    world->hub.seq = 5;
    for (unsigned i = 0; i < 4; i++) {
      add_ack(conn, (mask >> i & 1) != 0 ? 5 : 6, 4);
    }
    sift_acks_send(world->loop);
    assert_int_equal(conn->acks, 4 - __builtin_popcount(mask));
    add_ack(conn, 6, 4); /* behind what is left */
    assert_int_equal(conn->acks, 5 - __builtin_popcount(mask));
    world->hub.seq = 6;
    sift_acks_send(world->loop);
    assert_int_equal(conn->acks, 0);
    assert_false(sift_acks_pending(world->loop));
    sift_conn_close(conn, SIFT_CLOSE_SHUTDOWN);
    close(fd);
  }
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)
  const struct CMUnitTest tests[] = {
      TEST(an_ack_goes_out_with_the_entry_that_holds_its_chunk),
      TEST(acks_go_out_in_the_order_of_their_chunks),
      TEST(a_chunk_that_came_before_is_acknowledged_and_not_counted_again),
      TEST(acks_wait_for_a_journal_that_cannot_be_written),
      TEST(acks_of_a_connection_that_closed_are_tried_and_hold_nothing_up),
      TEST(a_peer_that_does_not_read_its_acks_is_closed_with_all_of_them),
      TEST(a_chunk_that_was_given_up_is_not_acknowledged),
      TEST(the_list_is_whole_after_acks_were_taken_from_anywhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
