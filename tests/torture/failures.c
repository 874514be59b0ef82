#include "failures.h"

#include <errno.h>
#include <glib.h>
#include <sys/syscall.h>

/* Calls whose failure says something of the machine. What is not here cannot fail, or only by a mistake of the program. A file that is
 * there is not said to be missing when it is opened or looked at: a model that is not there is none, and weir stages the file. Nor is a
 * folder while it is listed: Linux says so of one that was removed, and the C library then tells its end. */
static const struct
{
  long call;
  int errors[FAILURES];
} failures[] = {
  { SYS_openat, { EACCES, EMFILE, EIO, ENOSPC, EDQUOT, ESTALE, EINTR } },
#ifdef SYS_open
  { SYS_open, { EACCES, EMFILE, EIO, ENOSPC, EDQUOT, ESTALE, EINTR } },
#endif
#ifdef SYS_openat2
  { SYS_openat2, { EACCES, EMFILE, EIO, ENOSYS, EAGAIN, EINTR } },
#endif
  { SYS_read, { EIO, EINTR, EAGAIN } },
  { SYS_pread64, { EIO, EINTR } },
  { SYS_write, { EIO, ENOSPC, EDQUOT, EINTR, EAGAIN, EPIPE } },
  { SYS_writev, { EIO, ENOSPC, EDQUOT, EINTR, EAGAIN, EPIPE } },
  { SYS_pwrite64, { EIO, ENOSPC, EINTR } },
  { SYS_copy_file_range, { EIO, ENOSPC, EDQUOT, ESTALE, EXDEV } },
  { SYS_close, { EIO, EINTR } },
  { SYS_fsync, { EIO, ENOSPC, EDQUOT, ESTALE } },
  { SYS_fdatasync, { EIO, ENOSPC, EDQUOT, ESTALE } },
  { SYS_renameat2, { EACCES, EIO, ENOSPC, EDQUOT, ESTALE, ENAMETOOLONG, EXDEV, ENOENT } },
  { SYS_renameat, { EACCES, EIO, ENOSPC, EDQUOT, ESTALE, ENAMETOOLONG, EXDEV, ENOENT } },
  { SYS_linkat, { EACCES, EIO, ENOSPC, EXDEV, EMLINK } },
  { SYS_unlinkat, { EACCES, EIO, ENOENT } },
  { SYS_mkdirat, { EACCES, EIO, ENOSPC } },
#ifdef SYS_rename
  { SYS_rename, { EACCES, EIO, ENOSPC, EDQUOT, ESTALE, ENAMETOOLONG, EXDEV, ENOENT } },
  { SYS_link, { EACCES, EIO, ENOSPC, EXDEV, EMLINK } },
  { SYS_unlink, { EACCES, EIO, ENOENT } },
  { SYS_mkdir, { EACCES, EIO, ENOSPC } },
  { SYS_rmdir, { EACCES, EIO, ENOTEMPTY } },
  { SYS_access, { EACCES, EIO } },
  { SYS_stat, { EACCES, EIO } },
  { SYS_lstat, { EACCES, EIO } },
  { SYS_readlink, { EACCES, EIO } },
  { SYS_chmod, { EPERM, EIO, EROFS } },
  { SYS_poll, { EINTR, ENOMEM } },
  { SYS_pipe, { EMFILE, ENFILE } },
  { SYS_fork, { EAGAIN, ENOMEM } },
  { SYS_vfork, { EAGAIN, ENOMEM } },
#endif
  { SYS_newfstatat, { EACCES, EIO } },
  { SYS_statx, { EACCES, EIO } },
  { SYS_fstat, { EIO } },
  { SYS_faccessat, { EACCES, EIO } },
  { SYS_readlinkat, { EACCES, EIO } },
  { SYS_getdents64, { EIO, ESTALE } },
  { SYS_getcwd, { ENOENT } },
  { SYS_fchmod, { EPERM, EIO, EROFS } },
  { SYS_fchmodat, { EPERM, EIO, EROFS } },
  { SYS_ftruncate, { EIO, ENOSPC } },
  { SYS_fallocate, { EIO, ENOSPC, EOPNOTSUPP } },
  { SYS_flock, { EWOULDBLOCK, EINTR, ENOLCK } },
  { SYS_fcntl, { EAGAIN, EACCES, EINTR } },
  { SYS_ppoll, { EINTR, ENOMEM } },
  { SYS_pipe2, { EMFILE, ENFILE } },
  { SYS_eventfd2, { EMFILE } },
  { SYS_memfd_create, { EMFILE, ENOMEM } },
  { SYS_clone, { EAGAIN, ENOMEM } },
  { SYS_clone3, { EAGAIN, ENOMEM } },
  { SYS_wait4, { EINTR } },
  { SYS_waitid, { EINTR } },
  { SYS_pidfd_open, { EMFILE, ENOSYS } },
  { SYS_socket, { EMFILE, ENOBUFS } },
  { SYS_connect, { ECONNREFUSED, ENOENT, EAGAIN, EACCES } },
  { SYS_sendto, { EPIPE, ECONNRESET, EINTR, EAGAIN } },
  { SYS_sendmsg, { EPIPE, ECONNRESET, EINTR, EAGAIN } },
  { SYS_recvfrom, { ECONNRESET, EINTR, EAGAIN } },
  { SYS_recvmsg, { ECONNRESET, EINTR, EAGAIN } },
#if !defined(__SANITIZE_ADDRESS__) /* whose own calls these are */
  { SYS_mmap, { ENOMEM } },
  { SYS_mremap, { ENOMEM } },
#endif
  { SYS_getrandom, { EINTR, ENOSYS } },
};

const int *
failures_of (long call)
{
  for (size_t i = 0; i < G_N_ELEMENTS (failures); i++)
    if (failures[i].call == call)
      return failures[i].errors;
  return NULL;
}
