// Package workers serves an http.Handler where the host calls a function for each request: Cloudflare Workers, and other
// platforms whose handlers take a Request and answer with a Response. The other side is goHandler of the npm package's
// gowasp/workers.
//
//	func main() {
//		http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
//			fmt.Fprintln(w, "Hello,", workers.Getenv(r.Context(), "NAME"))
//		})
//		workers.Serve(nil)
//	}
//
// Bodies are streamed both ways. A request's context ends when its handler returns and when the client goes away.
//
// # One instance for many requests
//
// With instances: "shared" one program answers many requests at a time. In workerd, what a request has opened (its body, a
// fetch, a stream) may only be used while that request runs. A goroutine that has slept, or was woken by another request's,
// may find itself in the wrong one. Everything in this package looks after that, and so does net/http with a request that has
// the context of the one being handled: http.NewRequestWithContext(r.Context(), …). Before own calls of syscall/js that do
// input or output, call [Enter].
//
// On other systems than GOOS=js, Serve is an ordinary server, for development.
package workers
