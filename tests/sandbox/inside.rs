//! A process of the test's own that confines itself as the agent does, and then tries.

use std::env::{current_exe, var_os};
use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::net::ToSocketAddrs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use libc::c_long;
use usher_agent::platform::{Places, confine};
use usher_agent::seal::Cost;
use usher_agent::store::Store;
use usher_agent::store::file::{File, PassphraseSource};
use usher_agent::store::kernel::Kernel;
use usher_proto::Secret;
use usher_tests::again;
use usher_tests::contract::{Promises, check};

use super::kernel_has_it_all;

/// Names the folder of the test for the inner run.
const FOLDER: &str = "USHER_TEST_FOLDER";

const CHEAP: Cost = Cost { memory_kib: 64, passes: 1, lanes: 1 };

/// Runs the inner half of a test where only the folder `own` and the file `read` are to be had, and out of
/// `clear` something may be removed.
#[expect(clippy::print_stdout, reason = "a test that could not run says so")]
fn inside(test: &str, inner: fn(&Path)) {
    if !kernel_has_it_all() {
        println!("skipped: this kernel has no Landlock, or an old one");
        return;
    }
    if again::is_inner() {
        let folder = PathBuf::from(var_os(FOLDER).expect("told by the outer half"));
        let [own, read, clear] = ["own", "read", "clear"].map(|name| vec![folder.join(name)]);
        let sandbox = confine(&Places { own, read, clear });
        assert_eq!(sandbox.holds, ["no-new-privileges", "landlock", "seccomp"]);
        return inner(&folder);
    }
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["own", "clear", "other"] {
        fs::create_dir(folder.path().join(name)).expect("a folder");
        fs::write(folder.path().join(name).join("file"), "what it says").expect("a file");
    }
    fs::write(folder.path().join("read"), "what it says").expect("a file");
    symlink(folder.path().join("other/file"), folder.path().join("own/link")).expect("a link");
    let test = format!("sandbox::inside::{test}");
    again::run(&test, Command::new(current_exe().expect("this test")).env(FOLDER, folder.path()));
}

#[track_caller]
fn is_denied<T>(tried: io::Result<T>) {
    let kind = tried.err().map(|error| error.kind());
    // A name that would lead from one side to the other is told to lead to another disk.
    assert!(matches!(kind, Some(ErrorKind::PermissionDenied | ErrorKind::CrossesDevices)), "{kind:?}");
}

#[test]
fn files_of_others_are_out_of_reach_and_its_own_are_not() {
    inside("files_of_others_are_out_of_reach_and_its_own_are_not", |folder| {
        let other = folder.join("other/file");
        let own = folder.join("own");
        is_denied(fs::read(&other));
        is_denied(fs::read(own.join("link")));
        is_denied(fs::read_dir(folder.join("other")));
        is_denied(fs::write(&other, "changed"));
        is_denied(fs::write(folder.join("other/new"), "new"));
        is_denied(fs::remove_file(&other));
        is_denied(fs::rename(&other, own.join("taken")));
        is_denied(fs::hard_link(&other, own.join("taken")));
        is_denied(fs::rename(own.join("file"), folder.join("other/given")));
        is_denied(fs::create_dir(folder.join("other/folder")));
        is_denied(symlink("/", own.join("another link")));
        is_denied(fs::set_permissions(&other, Permissions::from_mode(0o666)));
        is_denied(fs::write(folder.join("read"), "changed"));
        is_denied(fs::read(folder.join("clear/file")));
        is_denied(fs::read("/proc/1/status"));
        is_denied(thread::spawn(move || fs::read(other)).join().expect("a thread can be started"));

        assert_eq!(fs::read_to_string(folder.join("read")).expect("named"), "what it says");
        fs::remove_file(folder.join("clear/file")).expect("it may be removed");
        fs::write(own.join("new"), "new").expect("it is our own");
        fs::rename(own.join("new"), own.join("file")).expect("it is our own");
        assert_eq!(fs::read_to_string(own.join("file")).expect("it is our own"), "new");
        fs::remove_file(own.join("file")).expect("it is our own");
    });
}

#[test]
fn nothing_is_executed_there() {
    inside("nothing_is_executed_there", |folder| {
        is_denied(Command::new("/bin/true").status());
        let program = folder.join("own/program");
        fs::write(&program, "#!/bin/sh\n").expect("it is our own");
        fs::File::open(&program)
            .and_then(|file| file.set_permissions(Permissions::from_mode(0o700)))
            .expect("it is our own");
        is_denied(Command::new(program).status());
    });
}

#[test]
fn calls_that_the_agent_has_no_use_for_are_refused() {
    inside("calls_that_the_agent_has_no_use_for_are_refused", |_| {
        for number in [
            libc::SYS_execve,
            libc::SYS_execveat,
            libc::SYS_ptrace,
            libc::SYS_process_vm_readv,
            libc::SYS_process_vm_writev,
            libc::SYS_pidfd_getfd,
            libc::SYS_mount,
            libc::SYS_umount2,
            libc::SYS_move_mount,
            libc::SYS_fsopen,
            libc::SYS_pivot_root,
            libc::SYS_chroot,
            libc::SYS_unshare,
            libc::SYS_setns,
            libc::SYS_bpf,
            libc::SYS_perf_event_open,
            libc::SYS_userfaultfd,
            libc::SYS_io_uring_setup,
            libc::SYS_open_by_handle_at,
            libc::SYS_kexec_load,
            libc::SYS_init_module,
            libc::SYS_fchmodat,
            452, // fchmodat2
            libc::SYS_setxattr,
        ] {
            assert_eq!(call(number, 0, 0), Some(libc::EPERM), "{number}");
        }
        let namespace = libc::CLONE_NEWUSER | libc::SIGCHLD;
        assert_eq!(call(libc::SYS_clone, c_long::from(namespace), 0), Some(libc::EPERM));
        assert_eq!(call(libc::SYS_clone3, 0, 0), Some(libc::ENOSYS), "the C library then takes the other");
        assert_eq!(call(libc::SYS_ioctl, 0, 0x5412), Some(libc::EPERM), "TIOCSTI");
        assert_eq!(call(libc::SYS_getppid, 0, 0), None, "what is not named stays");
        if cfg!(target_arch = "x86_64") {
            assert_eq!(call(libc::SYS_getppid | 0x4000_0000, 0, 0), Some(libc::EPERM), "by its other number");
        }
    });
}

/// Makes a call whose other arguments are 0; tells the error.
fn call(number: c_long, first: c_long, second: c_long) -> Option<i32> {
    // SAFETY: with a null pointer none of the calls does anything, if it were let through.
    let done = unsafe { libc::syscall(number, first, second, 0, 0, 0, 0) };
    (done == -1).then(|| io::Error::last_os_error().raw_os_error()).flatten()
}

#[test]
fn stores_keep_their_promises_there() {
    inside("stores_keep_their_promises_there", |folder| {
        let service = format!("usher-test-sandbox-{}", std::process::id());
        let promises = Promises { persists: true, largest: 16 * 1024, many: 20 };
        check(promises, &mut || Box::new(Kernel::new(&service)));
        let mut kernel = Kernel::new(&service);
        for record in kernel.load().expect("it works").records {
            kernel.remove(&record.credential.id).expect("it works");
        }
        let file = folder.join("own/credentials.sealed");
        let passphrase = Secret::new(b"a passphrase for tests".to_vec()).expect("not empty");
        let mut opened = || {
            let mut store = File::new(file.clone(), PassphraseSource::Ask).with_cost(CHEAP);
            assert_eq!(store.unlock(Some(&passphrase)), Ok(()));
            Box::new(store) as Box<dyn Store>
        };
        check(promises, &mut opened);
    });
}

#[test]
fn names_are_looked_up_there() {
    inside("names_are_looked_up_there", |_| {
        assert!(("localhost", 443).to_socket_addrs().expect("it is in /etc/hosts").next().is_some());
        fs::read("/etc/hosts").expect("it is needed for that");
    });
}
