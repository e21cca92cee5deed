import { gaussian } from "../src/energies/gaussian.js";
import { energy } from "../src/energies/traced.js";
import { constant } from "../src/tensor/index.js";
import { compile, withGradient } from "../src/tensor/index.js";
import { stream } from "../src/random/index.js";
const r = stream(1);
function time(f: () => void) { for (let i=0;i<2000;i++) f(); let best=1e9; for (let k=0;k<7;k++){ let n=1; for(;;){const s=performance.now(); for(let i=0;i<n;i++) f(); const t=performance.now()-s; if(t>30){best=Math.min(best,t/n*1e6);break;} n*=2;} } return best; }
const d=100;
const diag = gaussian({mean:new Array(d).fill(0), covariance: Array.from({length:d},(_,i)=>0.5+i/50)});
const rows = Array.from({length:d},(_,i)=>Array.from({length:d},(_,j)=>0.9**Math.abs(i-j)));
const corr = gaussian({mean:new Array(d).fill(0), covariance: rows});
const X = Float64Array.from({length:25000},()=>r.normal()); const y=Float64Array.from({length:1000},()=>r.uniform()<0.5?1:0);
const n=1000,k=25;
const Xt = constant(Array.from({length:n},(_,i)=>Array.from(X.slice(i*k,(i+1)*k)))); const yt=constant(Array.from(y));
const logistic = energy(k,(q)=>{ const eta=Xt.matmul(q); return eta.softplus().sub(yt.mul(eta)).sum().add(q.square().sum().mul(0.5)); });
for (const [name,e] of Object.entries({diag,corr,logistic})) {
  const q=new Float64Array(e.dim), g=new Float64Array(e.dim); r.fillNormal(q);
  const t0=performance.now(); e.valueAndGradient(q,g); const c=performance.now()-t0;
  const p=compile(withGradient(e.graph!));
  console.log(name, p.backend, time(()=>{e.valueAndGradient(q,g)}).toFixed(0)+"ns", "compile ms", c.toFixed(1));
}
