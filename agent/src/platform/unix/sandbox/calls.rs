//! The calls of the kernel that the agent has no use for, and whoever took it over would have: seccomp
//! refuses them. All others stay, because what libraries call changes with their releases.

use libc::c_long;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter, sock_filter,
};

/// Refused whatever their arguments are.
const FORBIDDEN: &[c_long] = &[
    // Other programs, and the memory and descriptors of other processes.
    libc::SYS_execve,
    libc::SYS_execveat,
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    // Mounts and namespaces.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_unshare,
    libc::SYS_setns,
    // Files past their paths; modes, owners and attributes, which Landlock leaves alone.
    libc::SYS_name_to_handle_at,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_fchmodat,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    // Parts of the kernel that were often the way into it.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_personality,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
    // What belongs to an administrator, for an agent of root.
    libc::SYS_kexec_load,
    #[cfg(any(target_arch = "x86_64", target_env = "gnu"))]
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_reboot,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_sethostname,
    libc::SYS_setdomainname,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
];

/// Of the same kind, and too new for the crate to have their numbers on every processor; they are the same on
/// each: `fchmodat2`, `setxattrat`, `removexattrat`, `open_tree_attr`, `file_setattr`.
const NEWER: [c_long; 5] = [452, 463, 466, 467, 469];

/// Namespaces that `clone` may not make.
const NAMESPACES: [libc::c_int; 7] = [
    libc::CLONE_NEWCGROUP,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWUTS,
];

/// Types into the terminal, or into the console. Of one type or another as the C library has it.
const TIOCSTI: u64 = 0x5412;
const TIOCLINUX: u64 = 0x541c;

/// Numbers from here on are those of x32, a second set of the same calls, which only x86-64 has.
const X32: u32 = 0x4000_0000;

/// Refuses the calls to the calling thread, and to all that it will start. Tells what holds, or what is
/// lacking.
pub(super) fn forbid() -> Result<&'static str, &'static str> {
    let filters = filters().map_err(|_| "seccomp: the agent has no filter for this processor")?;
    let applied = filters.iter().try_for_each(|filter| apply_filter(filter));
    applied
        .map(|()| "seccomp")
        .map_err(|_| "seccomp: this kernel does not have it, or what surrounds the agent forbids it")
}

fn filters() -> Result<[BpfProgram; 3], seccompiler::BackendError> {
    let refused = SeccompAction::Errno(libc::EPERM as u32);
    let absent = SeccompAction::Errno(libc::ENOSYS as u32);
    let mut forbidden: Rules = FORBIDDEN.iter().chain(&NEWER).map(|call| (*call, Vec::new())).collect();
    let of_namespace = |flag: libc::c_int| only_if(0, SeccompCmpOp::MaskedEq(flag as u64), flag as u64);
    forbidden.push((libc::SYS_clone, NAMESPACES.map(of_namespace).into_iter().collect::<Result<_, _>>()?));
    // The terminal is that from which the agent was started.
    let typing = |request: u64| only_if(1, SeccompCmpOp::Eq, request);
    forbidden.push((libc::SYS_ioctl, vec![typing(TIOCSTI)?, typing(TIOCLINUX)?]));
    // Its flags lie in memory, where no filter looks. The C library takes `clone` instead.
    let clone3 = vec![(libc::SYS_clone3, Vec::new())];
    Ok([filter(clone3, absent)?, filter(forbidden, refused.clone())?, without_x32(refused)])
}

type Rules = Vec<(c_long, Vec<SeccompRule>)>;

fn filter(rules: Rules, then: SeccompAction) -> Result<BpfProgram, seccompiler::BackendError> {
    let processor = std::env::consts::ARCH.try_into()?;
    SeccompFilter::new(rules.into_iter().collect(), SeccompAction::Allow, then, processor)?.try_into()
}

fn only_if(argument: u8, is: SeccompCmpOp, value: u64) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is, value)?])
}

/// Written by hand: the crate compares numbers of calls for equality alone.
fn without_x32(then: SeccompAction) -> BpfProgram {
    let (load_number, is_at_least, answer) = (0x20, 0x35, 0x06); // of classic BPF
    let step = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    vec![
        step(load_number, 0, 0, 0),
        step(is_at_least, 0, 1, X32),
        step(answer, 0, 0, then.into()),
        step(answer, 0, 0, SeccompAction::Allow.into()),
    ]
}
