//! Services of the system: put there, started, stopped, asked about, and run.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;
use std::time::Duration;

use windows_service::service::{
    Service, ServiceAccess, ServiceAction, ServiceActionType, ServiceControl, ServiceControlAccept,
    ServiceErrorControl, ServiceExitCode, ServiceFailureActions, ServiceFailureResetPeriod, ServiceInfo,
    ServiceStartType, ServiceState, ServiceStatus, ServiceType,
};
use windows_service::service_control_handler::{self, ServiceControlHandlerResult, ServiceStatusHandle};
use windows_service::service_dispatcher;
use windows_service::service_manager::{ServiceManager, ServiceManagerAccess};

/// A service to be put there.
#[derive(Clone, Debug)]
pub struct NewService {
    /// The name by which the system knows it.
    pub name: &'static str,
    /// What people see.
    pub title: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// The program.
    pub program: PathBuf,
    /// What the program is started with.
    pub arguments: Vec<OsString>,
    /// The account that it runs as: `NT SERVICE\NAME` is its own, `LocalSystem` the system's.
    pub account: OsString,
}

/// How a service stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs.
    Running,
    /// It does not.
    Stopped,
    /// It is between the two.
    Changing,
}

/// How a service stands, and the number of its process.
pub type Standing = (State, Option<u32>);

/// Puts a service there: it starts with the system, a little later than what the system needs itself, and again when it fails: after 5
/// seconds, then 30, then every minute, counted anew each day.
///
/// # Errors
/// As the system's: administrators alone may; also where there is one of that name.
pub fn install(new: &NewService) -> io::Result<()> {
    let manager = manager(ServiceManagerAccess::CONNECT | ServiceManagerAccess::CREATE_SERVICE)?;
    let is_system = new.account.eq_ignore_ascii_case("LocalSystem");
    let info = ServiceInfo {
        name: new.name.into(),
        display_name: new.title.into(),
        service_type: ServiceType::OWN_PROCESS,
        start_type: ServiceStartType::AutoStart,
        error_control: ServiceErrorControl::Normal,
        executable_path: new.program.clone(),
        launch_arguments: new.arguments.clone(),
        dependencies: Vec::new(),
        account_name: (!is_system).then(|| new.account.clone()),
        account_password: None,
    };
    let access = ServiceAccess::CHANGE_CONFIG | ServiceAccess::START | ServiceAccess::DELETE;
    let service = manager.create_service(&info, access).map_err(failed)?;
    let configured = configure(&service, new);
    // A service that is half there would run otherwise than it was asked to.
    if configured.is_err() {
        drop(service.delete());
    }
    configured
}

fn configure(service: &Service, new: &NewService) -> io::Result<()> {
    let restart =
        |seconds| ServiceAction { action_type: ServiceActionType::Restart, delay: Duration::from_secs(seconds) };
    let actions = ServiceFailureActions {
        reset_period: ServiceFailureResetPeriod::After(Duration::from_hours(24)),
        reboot_msg: None,
        command: None,
        actions: Some([5, 30, 60].map(restart).to_vec()),
    };
    service.set_description(new.description).map_err(failed)?;
    where_known(service.update_failure_actions(actions))?;
    where_known(service.set_failure_actions_on_non_crash_failures(true))?;
    where_known(service.set_delayed_auto_start(true))
}

/// A setting that this system does not have (Wine has none of these) is done without.
fn where_known(set: windows_service::Result<()>) -> io::Result<()> {
    const INVALID_LEVEL: i32 = 124;
    match set.map_err(failed) {
        Err(error) if error.raw_os_error() == Some(INVALID_LEVEL) => Ok(()),
        set => set,
    }
}

/// Takes a service away, stopped first.
///
/// # Errors
/// As the system's; [`io::ErrorKind::TimedOut`] where it does not stop.
pub fn uninstall(name: &str) -> io::Result<()> {
    let service = open(name, ServiceAccess::QUERY_STATUS | ServiceAccess::STOP | ServiceAccess::DELETE)?;
    stopped(&service)?;
    service.delete().map_err(failed)
}

/// Starts a service, and waits until it runs.
///
/// # Errors
/// As the system's; [`io::ErrorKind::TimedOut`]; [`io::ErrorKind::Other`] where it ends at once.
pub fn start(name: &str) -> io::Result<()> {
    let service = open(name, ServiceAccess::QUERY_STATUS | ServiceAccess::START)?;
    service.start::<&OsStr>(&[]).map_err(failed)?;
    for _ in 0..POLLS {
        match service.query_status().map_err(failed)?.current_state {
            ServiceState::Running => return Ok(()),
            ServiceState::Stopped => return Err(io::Error::other("it ended at once: the event log says why")),
            _ => thread::sleep(POLL),
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

/// Asks a service to stop, and waits until it has.
///
/// # Errors
/// As [`uninstall`].
pub fn stop(name: &str) -> io::Result<()> {
    stopped(&open(name, ServiceAccess::QUERY_STATUS | ServiceAccess::STOP)?)
}

/// How a service stands; `None` where there is none of that name.
///
/// # Errors
/// As the system's.
pub fn standing(name: &str) -> io::Result<Option<Standing>> {
    const NO_SUCH_SERVICE: i32 = 1060;
    match open(name, ServiceAccess::QUERY_STATUS) {
        Ok(service) => {
            let status = service.query_status().map_err(failed)?;
            let state = match status.current_state {
                ServiceState::Running => State::Running,
                ServiceState::Stopped => State::Stopped,
                _ => State::Changing,
            };
            Ok(Some((state, status.process_id.filter(|process| *process != 0))))
        }
        Err(error) if error.raw_os_error() == Some(NO_SUCH_SERVICE) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Runs as the service `name` until `work` is done; `stop` is called when the system asks the service to stop. This is what the program of a
/// service does first: the system waits for it for half a minute.
///
/// # Errors
/// As the system's: programs that it has not started as a service are none.
pub fn run(
    name: &'static str,
    work: impl FnOnce() -> Result<(), ()> + Send + 'static,
    stop: impl Fn() + Send + Sync + 'static,
) -> io::Result<()> {
    let job = Job { name, work: Box::new(work), stop: Arc::new(stop) };
    *JOB.lock().unwrap_or_else(PoisonError::into_inner) = Some(job);
    service_dispatcher::start(name, service_main).map_err(failed)
}

struct Job {
    name: &'static str,
    work: Box<dyn FnOnce() -> Result<(), ()> + Send>,
    stop: Arc<dyn Fn() + Send + Sync>,
}

/// What the system's thread is to do: it passes nothing on itself.
static JOB: Mutex<Option<Job>> = Mutex::new(None);

extern "system" fn service_main(_count: u32, _arguments: *mut *mut u16) {
    let Some(job) = JOB.lock().unwrap_or_else(PoisonError::into_inner).take() else { return };
    let told: Arc<OnceLock<ServiceStatusHandle>> = Arc::default();
    let (handle, stop) = (Arc::clone(&told), job.stop);
    let handler = move |control| match control {
        ServiceControl::Interrogate => ServiceControlHandlerResult::NoError,
        ServiceControl::Stop | ServiceControl::Shutdown | ServiceControl::Preshutdown => {
            tell(handle.get(), ServiceState::StopPending, ServiceExitCode::NO_ERROR);
            stop();
            ServiceControlHandlerResult::NoError
        }
        _ => ServiceControlHandlerResult::NotImplemented,
    };
    let Ok(registered) = service_control_handler::register(job.name, handler) else { return };
    let registered = *told.get_or_init(|| registered);
    tell(Some(&registered), ServiceState::Running, ServiceExitCode::NO_ERROR);
    let code = match (job.work)() {
        Ok(()) => ServiceExitCode::NO_ERROR,
        Err(()) => ServiceExitCode::ServiceSpecific(1),
    };
    tell(Some(&registered), ServiceState::Stopped, code);
}

/// Tells the system how the service stands. One that cannot be told has taken the service for ended.
fn tell(handle: Option<&ServiceStatusHandle>, state: ServiceState, code: ServiceExitCode) {
    let takes = if state == ServiceState::Running {
        ServiceControlAccept::STOP | ServiceControlAccept::SHUTDOWN
    } else {
        ServiceControlAccept::empty()
    };
    let status = ServiceStatus {
        service_type: ServiceType::OWN_PROCESS,
        current_state: state,
        controls_accepted: takes,
        exit_code: code,
        checkpoint: 0,
        wait_hint: if state == ServiceState::StopPending { STOPS_WITHIN } else { Duration::ZERO },
        process_id: None,
    };
    if let Some(handle) = handle {
        drop(handle.set_service_status(status));
    }
}

fn stopped(service: &Service) -> io::Result<()> {
    for poll in 0..POLLS {
        match service.query_status().map_err(failed)?.current_state {
            ServiceState::Stopped => return Ok(()),
            ServiceState::Running if poll == 0 => {
                service.stop().map_err(failed)?;
            }
            _ => thread::sleep(POLL),
        }
    }
    Err(io::ErrorKind::TimedOut.into())
}

fn open(name: &str, access: ServiceAccess) -> io::Result<Service> {
    manager(ServiceManagerAccess::CONNECT)?.open_service(name, access).map_err(failed)
}

fn manager(access: ServiceManagerAccess) -> io::Result<ServiceManager> {
    ServiceManager::local_computer(None::<&str>, access).map_err(failed)
}

fn failed(error: windows_service::Error) -> io::Error {
    match error {
        windows_service::Error::Winapi(error) => error,
        other => io::Error::other(other),
    }
}

const POLL: Duration = Duration::from_millis(100);
/// Half a minute.
const POLLS: u32 = 300;
/// What a service takes to answer what it has begun.
const STOPS_WITHIN: Duration = Duration::from_secs(30);
