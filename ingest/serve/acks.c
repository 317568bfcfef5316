/* Acks wait for their entry's number, then for the journal to be as far. */
#include <stdlib.h>
#include <string.h>

#include "ingest/serve/loop_internal.h"

void sift_acks_init(struct sift_acks *acks) {
  acks->head = NULL;
  acks->tail = &acks->head;
}

static void drop(struct sift_loop *loop, struct sift_ack *ack) {
  sift_loop_drop(loop, sizeof *ack + ack->len);
  free(ack);
}

void sift_acks_release(struct sift_loop *loop, struct sift_acks *acks) {
  while (acks->head != NULL) {
    struct sift_ack *ack = acks->head;
    acks->head = ack->next;
    drop(loop, ack);
  }
  acks->tail = &acks->head;
}

static void append(struct sift_acks *acks, struct sift_ack *ack) {
  ack->next = NULL;
  *acks->tail = ack;
  acks->tail = &ack->next;
}

enum sift_status sift_acks_add(struct sift_conn *conn, struct sift_span reply) {
  struct sift_loop *loop = conn->loop;
  struct sift_ack *ack = malloc(sizeof *ack + reply.len);
  if (ack == NULL) {
    return SIFT_ENOMEM;
  }
  *ack =
      (struct sift_ack){.conn = conn, .key = conn->chunk, .received_ns = sift_monotonic_ns(), .len = (uint32_t)reply.len, .seq = 0};
  memcpy(ack->reply, reply.data, reply.len);
  sift_loop_hold(loop, sizeof *ack + reply.len);
  conn->acks++;
  if (conn->chunk_kind == SIFT_CHUNK_AGAIN) {
    ack->seq = conn->chunk_seq;
    append(&loop->elsewhere, ack);
  } else {
    append(&loop->intakes[conn->port_number].acks, ack);
  }
  return SIFT_OK;
}

void sift_acks_assign(struct sift_loop *loop, size_t port, uint64_t seq) {
  struct sift_acks *acks = &loop->intakes[port].acks;
  while (acks->head != NULL) {
    struct sift_ack *ack = acks->head;
    acks->head = ack->next;
    ack->seq = seq;
    append(&loop->waiting, ack);
  }
  acks->tail = &acks->head;
}

/* May close the connection; no list changes by that. */
static void send_one(struct sift_loop *loop, struct sift_ack *ack) {
  struct sift_conn *conn = ack->conn;
  if (conn != NULL) {
    conn->acks--;
    sift_count(&loop->counters.acks, 1);
    sift_histogram_add(&loop->counters.ack_ns, SIFT_ACK_NS_START, (uint64_t)(sift_monotonic_ns() - ack->received_ns));
    if (sift_conn_send(conn, sift_span(ack->reply, ack->len)) != SIFT_OK) {
      sift_conn_close(conn, SIFT_CLOSE_SLOW);
    } else {
      sift_conn_acked(conn);
    }
  }
  drop(loop, ack);
}

/* A chunk that came again, while the first of it is still under way somewhere: its number may be known by now. One that is
 * known no more was given up, so this copy is not acknowledged and will come once more. */
static bool elsewhere_safe(struct sift_loop *loop, struct sift_ack *ack, uint64_t durable, bool *gone) {
  uint64_t seq = 0;
  *gone = false;
  if (ack->seq == 0) {
    enum sift_chunk_state state = sift_chunk_ids_find(loop->hub->ids, ack->key, sift_realtime_ns(), &seq);
    *gone = state == SIFT_CHUNK_ABSENT;
    ack->seq = state == SIFT_CHUNK_TAKEN ? seq : 0;
  }
  return ack->seq != 0 && ack->seq <= durable;
}

/* In place: a connection that is closed on the way must find those of its acks that are still to come. */
static void send_elsewhere(struct sift_loop *loop, uint64_t durable) {
  struct sift_acks *acks = &loop->elsewhere;
  for (struct sift_ack **at = &acks->head; *at != NULL;) {
    struct sift_ack *ack = *at;
    bool gone = false;
    bool safe = elsewhere_safe(loop, ack, durable, &gone);
    if (!safe && !gone) {
      at = &ack->next;
      continue;
    }
    *at = ack->next;
    acks->tail = *at == NULL ? at : acks->tail;
    if (safe) {
      send_one(loop, ack);
    } else {
      if (ack->conn != NULL) {
        ack->conn->acks--;
      }
      drop(loop, ack);
    }
  }
}

void sift_acks_send(struct sift_loop *loop) {
  uint64_t durable = sift_hub_durable(loop->hub);
  while (loop->waiting.head != NULL && loop->waiting.head->seq <= durable) {
    struct sift_ack *ack = loop->waiting.head;
    loop->waiting.head = ack->next;
    if (loop->waiting.head == NULL) {
      loop->waiting.tail = &loop->waiting.head;
    }
    send_one(loop, ack);
  }
  send_elsewhere(loop, durable);
}

static void orphan(struct sift_acks *acks, const struct sift_conn *conn) {
  for (struct sift_ack *ack = acks->head; ack != NULL; ack = ack->next) {
    ack->conn = ack->conn == conn ? NULL : ack->conn;
  }
}

void sift_acks_orphan(struct sift_conn *conn) {
  if (conn->acks > 0) {
    orphan(&conn->loop->intakes[conn->port_number].acks, conn);
    orphan(&conn->loop->waiting, conn);
    orphan(&conn->loop->elsewhere, conn);
    conn->acks = 0;
  }
}

bool sift_acks_pending(const struct sift_loop *loop) {
  bool pending = loop->waiting.head != NULL || loop->elsewhere.head != NULL;
  for (size_t port = 0; port < loop->hub->port_count; port++) {
    pending = pending || loop->intakes[port].acks.head != NULL;
  }
  return pending;
}
