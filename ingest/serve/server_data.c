/* What the data directory holds: the last checkpoint, and the journal since. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/event.h"
#include "ingest/serve/loop_internal.h"
#include "ingest/serve/recall.h"
#include "ingest/serve/server_internal.h"

static void say(struct sift_server *server, enum sift_note_level level, const char *what, const char *name, const char *text) {
  sift_note_say(server->hub.note, level, SIFT_NOTE_ALWAYS, "%s %s: %s", what, name, text);
}

static void on_refused(void *context, const char *name, const char *text) {
  say(context, SIFT_NOTE_ERROR, "checkpoint", name, text);
}

static void on_trouble(void *context, const char *text) {
  struct sift_server *server = context;
  if (text != NULL) {
    say(server, SIFT_NOTE_ERROR, "the journal", "cannot be written, so nothing is acknowledged", text);
  } else {
    sift_note_say(server->hub.note, SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS, "the journal can be written again");
  }
}

void sift_server_wake_loops(void *context, uint64_t durable) {
  struct sift_server *server = context;
  (void)durable;
  for (unsigned i = 0; i < server->loop_count; i++) {
    sift_loop_wake(server->loops[i]);
  }
}

/* ---- the journal ---- */

static enum sift_status make_header(struct sift_server *server, struct sift_pack *out) {
  struct sift_event_encoder *encoder = NULL;
  enum sift_status status = sift_event_encoder_new(&encoder, server->rules->ruleset);
  status = status == SIFT_OK ? sift_event_encode_header(encoder, SIFT_VERSION) : status;
  if (status == SIFT_OK) {
    struct sift_span block = sift_event_block(encoder);
    char *at = sift_pack_reserve(out, block.len);
    status = at != NULL ? SIFT_OK : SIFT_ENOMEM;
    if (at != NULL) {
      sift_pack_commit(out, sift_put_bytes(at, block));
    }
  }
  sift_event_encoder_free(encoder);
  return status;
}

static enum sift_status open_journal(struct sift_server *server, uint64_t seq_after, struct sift_journal_found *found,
                                     char error[SIFT_SERVER_ERROR_BYTES]) {
  const struct sift_server_config *config = &server->config;
  char path[4096];
  struct sift_pack header = {0};
  enum sift_status status = make_header(server, &header);
  if (status != SIFT_OK) {
    sift_pack_release(&header);
    return status;
  }
  snprintf(path, sizeof path, "%s/journal", config->data_dir);
  const struct sift_journal_config journal = {
      .directory = path,
      .header = sift_span(header.bytes, header.len),
      .seq_after = seq_after,
      .segment_bytes = config->segment_bytes,
      .keep_bytes = config->keep_bytes,
      .keep_age_ns = config->keep_age_ns,
      .notify = sift_server_wake_loops,
      .trouble = on_trouble,
      .context = server,
  };
  status = sift_journal_open(&server->hub.journal, &journal, found, error, SIFT_SERVER_ERROR_BYTES);
  sift_pack_release(&header);
  server->hub.budget.journal = server->hub.journal;
  if (status == SIFT_OK && found->torn_bytes > 0) {
    sift_note_say(server->hub.note, SIFT_NOTE_WARNING, SIFT_NOTE_ALWAYS,
                  "journal %s: %llu bytes of an entry that was never acknowledged were cut off", found->torn_name,
                  (unsigned long long)found->torn_bytes);
  }
  return status;
}

static enum sift_status on_entry(void *context, const struct sift_journal_entry *entry) {
  struct sift_server *server = context;
  enum sift_status status = sift_applier_replay(server->hub.applier, entry->seq, entry->payload);
  if (status == SIFT_ECORRUPT) {
    sift_note_say(server->hub.note, SIFT_NOTE_ERROR, SIFT_NOTE_DAMAGE, "journal entry %llu is none of this program's: passed over",
                  (unsigned long long)entry->seq);
    return SIFT_OK;
  }
  return status;
}

static void on_damage(void *context, const struct sift_journal_damage *damage) {
  struct sift_server *server = context;
  sift_note_say(server->hub.note, SIFT_NOTE_ERROR, SIFT_NOTE_DAMAGE, "journal %s, byte %llu: %s", damage->name,
                (unsigned long long)damage->offset, damage->text);
}

static enum sift_status replay(struct sift_server *server, uint64_t after, const struct sift_journal_found *found) {
  const struct sift_journal_visitor visitor = {on_entry, on_damage, server};
  struct sift_journal_replay result;
  enum sift_status status = sift_journal_replay(server->hub.journal, after, &visitor, &result);
  if (status != SIFT_OK) {
    return status;
  }
  sift_applier_replayed(server->hub.applier, found->next_seq - 1);
  if (result.entries > 0 || result.missing > 0) {
    sift_note_say(server->hub.note, result.missing > 0 ? SIFT_NOTE_ERROR : SIFT_NOTE_INFO, SIFT_NOTE_ALWAYS,
                  "journal: %llu entries since the checkpoint applied, %llu missing", (unsigned long long)result.entries,
                  (unsigned long long)result.missing);
  }
  return SIFT_OK;
}

/* ---- the checkpoint ---- */

static enum sift_status take_checkpoint(struct sift_server *server, struct sift_checkpoint *checkpoint,
                                        char error[SIFT_SERVER_ERROR_BYTES]) {
  struct sift_state_input state;
  struct sift_span streams = {NULL, 0};
  enum sift_status status = sift_chunk_ids_import(server->hub.ids, checkpoint->manifest.chunk_ids);
  status = status == SIFT_OK ? sift_recall_read(checkpoint->manifest.extra, &streams) : status;
  status = status == SIFT_OK ? sift_applier_restore(server->hub.applier, streams) : status;
  status = status == SIFT_OK ? sift_checkpoint_state(checkpoint, &state) : status;
  status = status == SIFT_OK ? sift_keeper_restore(server->keeper, state, checkpoint->manifest.journal_seq) : status;
  if (status != SIFT_OK) {
    snprintf(error, SIFT_SERVER_ERROR_BYTES, "%s: checkpoint %llu cannot be taken up: %s", server->config.data_dir,
             (unsigned long long)checkpoint->manifest.number, sift_status_text(status));
  }
  return status;
}

static enum sift_status load_checkpoint(struct sift_server *server, struct sift_checkpoint **out,
                                        char error[SIFT_SERVER_ERROR_BYTES]) {
  if (mkdir(server->config.data_dir, 0700) != 0 && errno != EEXIST) {
    snprintf(error, SIFT_SERVER_ERROR_BYTES, "%s cannot be made: %s", server->config.data_dir, strerror(errno));
    return SIFT_EIO;
  }
  enum sift_status status =
      sift_checkpoints_open(&server->checkpoints, server->config.data_dir, NULL, error, SIFT_SERVER_ERROR_BYTES);
  status = status == SIFT_OK ? sift_checkpoints_load(server->checkpoints, out, on_refused, server) : status;
  if (status == SIFT_ECORRUPT) {
    snprintf(
        error, SIFT_SERVER_ERROR_BYTES,
        "%s: no checkpoint is whole; move the directory's checkpoint-* files away to begin from the journal alone, and keep them",
        server->config.data_dir);
  }
  return status;
}

/* What the applier must begin with, once it is known how far the checkpoint goes. */
static enum sift_status make_applier(struct sift_server *server, uint64_t seq_after) {
  const struct sift_applier_config config = {
      .database = server->rules->database,
      .spaces_max = server->config.spaces_max,
      .seq_after = seq_after,
      .budget = &server->hub.budget,
      .ids = server->hub.ids,
  };
  return sift_applier_new(&server->hub.applier, &config);
}

enum sift_status sift_server_take_up(struct sift_server *server, char error[SIFT_SERVER_ERROR_BYTES]) {
  if (server->config.data_dir == NULL) {
    return make_applier(server, 0);
  }
  struct sift_checkpoint *checkpoint = NULL;
  struct sift_journal_found found = {0};
  enum sift_status status = load_checkpoint(server, &checkpoint, error);
  uint64_t seq = checkpoint != NULL ? checkpoint->manifest.journal_seq : 0;
  status = status == SIFT_OK ? open_journal(server, seq, &found, error) : status;
  status = status == SIFT_OK ? make_applier(server, seq) : status;
  if (status == SIFT_OK && checkpoint != NULL) {
    status = take_checkpoint(server, checkpoint, error);
  }
  status = status == SIFT_OK ? replay(server, seq, &found) : status;
  sift_checkpoint_free(checkpoint);
  return status;
}
