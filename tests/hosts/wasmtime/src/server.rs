//! Serves a component of `wasi:http/proxy`. The linker has what that world imports and nothing else: no files, no environment.

use hyper::server::conn::http1;
use hyper::service::service_fn;
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task;
use wasmtime::component::{Component, Linker, ResourceTable};
use wasmtime::{Engine, Result, Store, bail};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::p2::bindings::ProxyPre;
use wasmtime_wasi_http::p2::bindings::http::types::Scheme;
use wasmtime_wasi_http::p2::body::HyperOutgoingBody;
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpCtx, WasiHttpCtxView, WasiHttpHooks, WasiHttpView,
};

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
    requests: NoRequests,
}

/// A component may not send requests of its own.
struct NoRequests;

impl WasiHttpHooks for NoRequests {
    fn send_request(
        &mut self,
        _: hyper::http::Request<WasiBody>,
        _: Option<RequestOptions>,
        _: Unfinished<()>,
    ) -> Unfinished<(hyper::http::Response<WasiBody>, Unfinished<()>)> {
        Box::new(async { Err(Error::HttpRequestDenied) })
    }
}

type Unfinished<T> = Box<dyn Future<Output = Result<T, Error>> + Send>;

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: &mut self.requests,
        }
    }
}

/// Serves on a port of this machine until the process is ended.
pub(crate) async fn serve(engine: &Engine, file: &str, port: u16) -> Result<()> {
    let component = Component::from_file(engine, file)?;
    let mut linker = Linker::new(engine);
    wasmtime_wasi_http::p2::add_to_linker_async(&mut linker)?;
    let linked = Arc::new(ProxyPre::new(linker.instantiate_pre(&component)?)?);
    let listener = TcpListener::bind(("localhost", port)).await?;
    loop {
        let (client, _) = listener.accept().await?;
        let linked = linked.clone();
        task::spawn(async move {
            let service = service_fn(|request| answer(&linked, request));
            if let Err(error) = http1::Builder::new()
                .serve_connection(TokioIo::new(client), service)
                .await
            {
                eprintln!("{error:?}");
            }
        });
    }
}

async fn answer(
    linked: &ProxyPre<State>,
    request: hyper::Request<hyper::body::Incoming>,
) -> Result<hyper::Response<HyperOutgoingBody>> {
    let state = State {
        wasi: WasiCtx::builder().inherit_stdio().build(),
        http: WasiHttpCtx::new(),
        table: ResourceTable::new(),
        requests: NoRequests,
    };
    let mut store = Store::new(linked.engine(), state);
    let (sender, receiver) = oneshot::channel();
    let request = store
        .data_mut()
        .http()
        .new_incoming_request(Scheme::Http, request)?;
    let out = store.data_mut().http().new_response_outparam(sender)?;
    let linked = linked.clone();
    // The component may go on writing the body when the head is on its way.
    let running = task::spawn(async move {
        let proxy = linked.instantiate_async(&mut store).await?;
        proxy
            .wasi_http_incoming_handler()
            .call_handle(store, request, out)
            .await
    });
    match receiver.await {
        Ok(response) => Ok(response?),
        Err(_) => match running.await {
            Ok(Ok(())) => bail!("the component has not answered"),
            Ok(Err(error)) => Err(error),
            Err(error) => Err(error.into()),
        },
    }
}
