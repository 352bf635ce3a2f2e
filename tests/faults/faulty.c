/* A disk that fails, as a preload library: what tests/it/faults puts under the real program.
 *
 * It stands between the program and the system for every file below FAULTY_DIR (and for nothing
 * else) and never performs a sync: what would be on the disk is known from its own journal. It must
 * never be linked into the program, and it must never let a way of writing pass that it does not
 * follow: such a call is refused, or ends the program with code 71.
 *
 *   FAULTY_DIR=path     absolute, without symbolic links. Files that end in -shm are left alone: SQLite
 *                       maps them and needs nothing of them after a crash
 *   FAULTY_STASH=path   an empty directory of the same file system, outside FAULTY_DIR
 *   FAULTY_COUNT=file   a line "sync NAME" for every sync, "acted NAME" for everything else
 *
 * A power cut: everything since the last sync of a file (or of a directory, for what was made, renamed
 * or removed in it) is undone or partly kept, then the process ends with code 137.
 *   FAULTY_CUT_AT=n|end    at the n-th call, or when the program ends by itself
 *   FAULTY_CUT_ON=sync|any which calls count: syncs alone (default), or whatever changes a file
 *   FAULTY_CUT_FILE=text   only calls on files whose path contains it count
 *   FAULTY_WHEN=before|after   before or after that call has had its effect (default: before)
 *   FAULTY_SEED=n          what survives; n % 5: 0 nothing, 1 everything (a kill, not a cut),
 *                          2 some of the writes, 3 some of their sectors, 4 the first of them; in 2 to 4 the
 *                          last survivor may be torn at any byte, and the file may have its new length
 *                          with zeros where nothing survived
 *
 * Errors:
 *   FAULTY_ERROR=EIO|ENOSPC   what is answered
 *   FAULTY_ON=sync,write,create,rename,remove,read   by which calls
 *   FAULTY_FILE=text          for files whose path contains it
 *   FAULTY_AFTER=n            from the n-th such call on (default 1)
 *   FAULTY_TIMES=n            so often (default: for ever)
 *   FAULTY_WHILE=file         only while that file exists
 *   FAULTY_SHORT=1            a failing write first writes half
 *   FAULTY_LOSE=1             a failing sync loses what it should have synced, as Linux may: the next
 *                             sync of the same file succeeds and does not bring it back
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

/* ---- What is asked for ---- */

static char watched[PATH_MAX], stash[PATH_MAX];
static const char *wanted_file, *wanted_calls, *while_file, *cut_file;
static int count_to = -1, cut_at_end, cut_on_any, cut_after, failing, short_writes, losing;
static long cut_at, fail_after, fail_times;
static uint64_t chance;
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static const char *setting(const char *name, const char *otherwise) {
  const char *found = getenv(name);
  return found && *found ? found : otherwise;
}

__attribute__((constructor)) static void begin(void) {
  const char *error = setting("FAULTY_ERROR", ""), *count = setting("FAULTY_COUNT", "");
  const char *at = setting("FAULTY_CUT_AT", "0");
  wanted_file = setting("FAULTY_FILE", "");
  wanted_calls = setting("FAULTY_ON", "");
  while_file = setting("FAULTY_WHILE", NULL);
  cut_file = setting("FAULTY_CUT_FILE", "");
  failing = !strcmp(error, "EIO") ? EIO : !strcmp(error, "ENOSPC") ? ENOSPC : 0;
  fail_after = atol(setting("FAULTY_AFTER", "1"));
  fail_times = atol(setting("FAULTY_TIMES", "-1"));
  short_writes = atoi(setting("FAULTY_SHORT", "0"));
  losing = atoi(setting("FAULTY_LOSE", "0"));
  cut_at_end = !strcmp(at, "end");
  cut_at = atol(at);
  cut_on_any = !strcmp(setting("FAULTY_CUT_ON", "sync"), "any");
  cut_after = !strcmp(setting("FAULTY_WHEN", "before"), "after");
  chance = strtoull(setting("FAULTY_SEED", "0"), NULL, 10);
  int append = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
  if (*count) count_to = (int)syscall(SYS_openat, AT_FDCWD, count, append, 0644);
  snprintf(stash, sizeof stash, "%s", setting("FAULTY_STASH", ""));
  snprintf(watched, sizeof watched, "%s", setting("FAULTY_DIR", "")); /* last: from now on we watch */
}

__attribute__((format(printf, 1, 2), noreturn)) static void give_up(const char *format, ...) {
  va_list rest;
  va_start(rest, format);
  vdprintf(2, format, rest);
  va_end(rest);
  syscall(SYS_exit_group, 71);
  __builtin_unreachable();
}

/* ---- Which files are ours ---- */

static int below(const char *path) {
  size_t length = strlen(watched), all = strlen(path);
  if (!length || strncmp(path, watched, length) || (path[length] && path[length] != '/')) return 0;
  return all < 4 || strcmp(path + all - 4, "-shm");
}

static int absolute(int at, const char *path, char *full) {
  char start[PATH_MAX] = "", link[64];
  if (!*watched || !path) return 0;
  if (*path == '/') return snprintf(full, PATH_MAX, "%s", path) < PATH_MAX && below(full);
  if (at == AT_FDCWD) {
    if (!getcwd(start, sizeof start)) return 0;
  } else {
    snprintf(link, sizeof link, "/proc/self/fd/%d", at);
    if (readlink(link, start, sizeof start - 1) < 0) return 0;
  }
  return snprintf(full, PATH_MAX, "%s/%s", start, path) < PATH_MAX && below(full);
}

/* Is this a regular file or directory of ours? Asked of the system each time, so that no duplicate of
 * a descriptor is missed. */
static int ours(int fd, struct stat *seen, char *path) {
  char link[64];
  if (!*watched || fstat(fd, seen) || !(S_ISREG(seen->st_mode) || S_ISDIR(seen->st_mode))) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  char *gone = strstr(path, " (deleted)");
  if (gone) *gone = 0;
  return below(path);
}

#include "journal.h"

/* ---- What every wrapped call does first ---- */

__attribute__((destructor)) static void end(void) {
  if (!cut_at_end || !*watched) return;
  pthread_mutex_lock(&one_at_a_time);
  cut("the end");
}

static const char *base(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

/* Is this the call at which the power goes? */
static int due(int syncing, const char *path) {
  static long seen;
  if (count_to >= 0) dprintf(count_to, "%s %s\n", syncing ? "sync" : "acted", strcmp(path, watched) ? base(path) : ".");
  if (cut_at <= 0 || (!syncing && !cut_on_any) || !strstr(path, cut_file) || ++seen != cut_at) return 0;
  if (!cut_after) cut(path);
  return 1;
}

static int error_for(const char *call, const char *path) {
  static long seen;
  if (!failing || !strstr(wanted_calls, call) || !strstr(path, wanted_file)) return 0;
  if (while_file && access(while_file, F_OK)) return 0;
  if (++seen < fail_after || !fail_times) return 0;
  if (fail_times > 0) fail_times--;
  return failing;
}

#define LOCK pthread_mutex_lock(&one_at_a_time)
#define UNLOCK(value)                                 \
  do {                                                \
    int said_ = errno;                                \
    pthread_mutex_unlock(&one_at_a_time);             \
    errno = said_;                                    \
    return (value);                                   \
  } while (0)
#define REFUSE(number)                                \
  do {                                                \
    errno = (number);                                 \
    UNLOCK(-1);                                       \
  } while (0)

/* ---- Bytes ---- */

/* At a place, or where the descriptor stands. */
static ssize_t write_really(int fd, const void *bytes, size_t length, off_t at) {
  return at < 0 ? syscall(SYS_write, fd, bytes, length) : syscall(SYS_pwrite64, fd, bytes, length, at);
}

static ssize_t write_bytes(int fd, const void *bytes, size_t length, off_t at) {
  struct stat seen;
  char path[PATH_MAX];
  if (!ours(fd, &seen, path)) return write_really(fd, bytes, length, at);
  LOCK;
  int error = error_for("write", path);
  if (error && (!short_writes || length < 2)) REFUSE(error);
  if (error) length /= 2;
  fstat(fd, &seen); /* again: now nobody else writes */
  off_t place = at >= 0 ? at : fcntl(fd, F_GETFL) & O_APPEND ? seen.st_size : lseek(fd, 0, SEEK_CUR);
  int last = due(0, path);
  if (journaling()) note_write(fd, &seen, bytes, length, place);
  ssize_t done = write_really(fd, bytes, length, at);
  if (last) cut(path);
  UNLOCK(done);
}

static ssize_t write_pieces(int fd, const struct iovec *pieces, int count, off_t at) {
  struct stat seen;
  char path[PATH_MAX];
  if (!ours(fd, &seen, path))
    return at < 0 ? syscall(SYS_writev, fd, pieces, count) : syscall(SYS_pwritev, fd, pieces, count, at, 0);
  size_t length = 0;
  for (int i = 0; i < count; i++) length += pieces[i].iov_len;
  unsigned char *joined = malloc(length ? length : 1), *next = joined;
  for (int i = 0; i < count; next += pieces[i].iov_len, i++) memcpy(next, pieces[i].iov_base, pieces[i].iov_len);
  ssize_t done = write_bytes(fd, joined, length, at);
  free(joined);
  return done;
}

ssize_t write(int fd, const void *bytes, size_t length) { return write_bytes(fd, bytes, length, -1); }
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t at) { return write_bytes(fd, bytes, length, at); }
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t at) { return write_bytes(fd, bytes, length, at); }
ssize_t writev(int fd, const struct iovec *pieces, int count) { return write_pieces(fd, pieces, count, -1); }
ssize_t pwritev(int fd, const struct iovec *pieces, int count, off_t at) {
  return write_pieces(fd, pieces, count, at);
}
ssize_t pwritev64(int fd, const struct iovec *pieces, int count, off64_t at) {
  return write_pieces(fd, pieces, count, at);
}

static int set_size(int fd, off_t size) {
  struct stat seen;
  char path[PATH_MAX], link[64];
  if (!ours(fd, &seen, path)) return (int)syscall(SYS_ftruncate, fd, size);
  LOCK;
  int error = error_for("write", path);
  if (error) REFUSE(error);
  fstat(fd, &seen);
  int last = due(0, path);
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  if (journaling()) note_resize(link, &seen, size);
  int done = (int)syscall(SYS_ftruncate, fd, size);
  if (last) cut(path);
  UNLOCK(done);
}

int ftruncate(int fd, off_t size) { return set_size(fd, size); }
int ftruncate64(int fd, off64_t size) { return set_size(fd, size); }

static int sync_file(int fd, long number) {
  struct stat seen;
  char path[PATH_MAX];
  if (!ours(fd, &seen, path)) return (int)syscall(number, fd);
  LOCK;
  int error = error_for("sync", path), last = due(1, path);
  if (error && losing)
    for (size_t i = known; i-- > 0;)
      if (acts[i].what <= RESIZED && acts[i].inode == seen.st_ino && acts[i].device == seen.st_dev) undo_bytes(&acts[i]);
  if (!error || losing) forget(&seen);
  if (last) cut(path);
  if (error) REFUSE(error);
  UNLOCK(0);
}

int fsync(int fd) { return sync_file(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_file(fd, SYS_fdatasync); }

/* ---- Entries of directories ---- */

static int open_file(int at, const char *path, int flags, mode_t mode) {
  char full[PATH_MAX];
  struct stat seen;
  if (!(flags & (O_CREAT | O_TRUNC)) || !absolute(at, path, full))
    return (int)syscall(SYS_openat, at, path, flags, mode);
  if ((flags & O_TMPFILE) == O_TMPFILE) give_up("faulty: a file without a name cannot be followed: %s\n", full);
  LOCK;
  int there = !stat(full, &seen);
  int emptied = there && (flags & O_TRUNC) && !(flags & O_EXCL) && seen.st_size > 0;
  int created = !there && (flags & O_CREAT), error = created ? error_for("create", full) : 0, last = 0;
  if (error) REFUSE(error);
  if (created || emptied) last = due(0, full);
  if (emptied && journaling()) note_resize(full, &seen, 0);
  int fd = (int)syscall(SYS_openat, at, path, flags, mode);
  if (created && fd >= 0 && journaling()) note_entry(CREATED, full, NULL, NULL);
  if (last) cut(full);
  UNLOCK(fd);
}

#define MODE                                          \
  mode_t mode = 0;                                    \
  if (flags & (O_CREAT | O_TMPFILE)) {                \
    va_list rest;                                     \
    va_start(rest, flags);                            \
    mode = va_arg(rest, mode_t);                      \
    va_end(rest);                                     \
  }

int open(const char *path, int flags, ...) { MODE return open_file(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE return open_file(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE return open_file(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE return open_file(at, path, flags, mode); }
int creat(const char *path, mode_t mode) { return open_file(AT_FDCWD, path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

static int remove_file(int at, const char *path, int flags) {
  char full[PATH_MAX];
  if ((flags & AT_REMOVEDIR) || !absolute(at, path, full)) return (int)syscall(SYS_unlinkat, at, path, flags);
  LOCK;
  int error = error_for("remove", full), last = error ? 0 : due(0, full);
  if (error) REFUSE(error);
  char *kept = put_aside(full);
  int done = (int)syscall(SYS_unlinkat, at, path, flags);
  if (!done && kept) note_entry(UNLINKED, full, NULL, kept);
  if (last) cut(full);
  UNLOCK(done);
}

int unlink(const char *path) { return remove_file(AT_FDCWD, path, 0); }
int unlinkat(int at, const char *path, int flags) { return remove_file(at, path, flags); }

static int rename_file(int from, const char *path, int to, const char *other, unsigned flags) {
  char old[PATH_MAX], new[PATH_MAX];
  int mine = absolute(to, other, new), was_mine = absolute(from, path, old);
  if (!mine && !was_mine) return (int)syscall(SYS_renameat2, from, path, to, other, flags);
  if (mine != was_mine || flags & RENAME_EXCHANGE)
    give_up("faulty: a rename that cannot be followed: %s to %s\n", path, other);
  LOCK;
  int error = error_for("rename", new);
  if (error) REFUSE(error);
  int last = due(0, new);
  char *kept = put_aside(new);
  int done = (int)syscall(SYS_renameat2, from, path, to, other, flags);
  if (!done && journaling()) note_entry(RENAMED, old, new, kept);
  if (last) cut(new);
  UNLOCK(done);
}

int rename(const char *path, const char *other) { return rename_file(AT_FDCWD, path, AT_FDCWD, other, 0); }
int renameat(int from, const char *path, int to, const char *other) {
  return rename_file(from, path, to, other, 0);
}
int renameat2(int from, const char *path, int to, const char *other, unsigned flags) {
  return rename_file(from, path, to, other, flags);
}

int mkdir(const char *path, mode_t mode) {
  char full[PATH_MAX];
  if (!absolute(AT_FDCWD, path, full)) return (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  LOCK;
  int last = due(0, full), done = (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
  if (!done && journaling()) note_entry(DIRECTORY, full, NULL, NULL);
  if (last) cut(full);
  UNLOCK(done);
}

int linkat(int from, const char *path, int to, const char *other, int flags) {
  char full[PATH_MAX];
  if (!absolute(to, other, full)) return (int)syscall(SYS_linkat, from, path, to, other, flags);
  LOCK;
  int last = due(0, full), done = (int)syscall(SYS_linkat, from, path, to, other, flags);
  if (!done && journaling()) note_entry(CREATED, full, NULL, NULL);
  if (last) cut(full);
  UNLOCK(done);
}

int link(const char *path, const char *other) { return linkat(AT_FDCWD, path, AT_FDCWD, other, 0); }

/* ---- What is not followed ---- */

static int is_ours(int fd) {
  struct stat seen;
  char path[PATH_MAX];
  return fd >= 0 && ours(fd, &seen, path);
}

void *mmap(void *at, size_t length, int protection, int flags, int fd, off_t offset) {
  if (!(flags & MAP_ANONYMOUS) && (flags & MAP_SHARED) && (protection & PROT_WRITE) && is_ours(fd))
    give_up("faulty: a writable mapping cannot be followed\n");
  return (void *)syscall(SYS_mmap, at, length, protection, flags, fd, offset);
}
void *mmap64(void *at, size_t length, int protection, int flags, int fd, off64_t offset) {
  return mmap(at, length, protection, flags, fd, offset);
}

/* These have a slower way round that every caller knows. */
static int instead(int fd, int number) { return is_ours(fd) ? (errno = number, 1) : 0; }

int fallocate(int fd, int mode, off_t at, off_t length) {
  return instead(fd, EOPNOTSUPP) ? -1 : (int)syscall(SYS_fallocate, fd, mode, at, length);
}
int fallocate64(int fd, int mode, off64_t at, off64_t length) { return fallocate(fd, mode, at, length); }
ssize_t copy_file_range(int from, off64_t *start, int to, off64_t *place, size_t length, unsigned flags) {
  return instead(to, ENOSYS) ? -1 : syscall(SYS_copy_file_range, from, start, to, place, length, flags);
}
ssize_t sendfile64(int to, int from, off64_t *start, size_t length) {
  return instead(to, EINVAL) ? -1 : syscall(SYS_sendfile, to, from, start, length);
}

#include "reads.h"
