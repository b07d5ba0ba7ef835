var n5=Object.defineProperty;var l5=Object.getOwnPropertyDescriptor;var d=(L,C,H,V)=>{for(var M=V>1?void 0:V?l5(C,H):C,r=L.length-1,e;r>=0;r--)(e=L[r])&&(M=(V?e(C,H,M):e(M))||M);return V&&M&&n5(C,H,M),M};var Y=globalThis,C1=Y.ShadowRoot&&(Y.ShadyCSS===void 0||Y.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,n1=Symbol(),E1=new WeakMap,_=class{constructor(C,H,V){if(this._$cssResult$=!0,V!==n1)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=C,this.t=H}get styleSheet(){let C=this.o,H=this.t;if(C1&&C===void 0){let V=H!==void 0&&H.length===1;V&&(C=E1.get(H)),C===void 0&&((this.o=C=new CSSStyleSheet).replaceSync(this.cssText),V&&E1.set(H,C))}return C}toString(){return this.cssText}},N1=L=>new _(typeof L=="string"?L:L+"",void 0,n1),u=(L,...C)=>{let H=L.length===1?L[0]:C.reduce((V,M,r)=>V+(e=>{if(e._$cssResult$===!0)return e.cssText;if(typeof e=="number")return e;throw Error("Value passed to 'css' function must be a 'css' function result: "+e+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(M)+L[r+1],L[0]);return new _(H,L,n1)},I1=(L,C)=>{if(C1)L.adoptedStyleSheets=C.map(H=>H instanceof CSSStyleSheet?H:H.styleSheet);else for(let H of C){let V=document.createElement("style"),M=Y.litNonce;M!==void 0&&V.setAttribute("nonce",M),V.textContent=H.cssText,L.appendChild(V)}},l1=C1?L=>L:L=>L instanceof CSSStyleSheet?(C=>{let H="";for(let V of C.cssRules)H+=V.cssText;return N1(H)})(L):L;var{is:x5,defineProperty:v5,getOwnPropertyDescriptor:Z5,getOwnPropertyNames:s5,getOwnPropertySymbols:u5,getPrototypeOf:S5}=Object,H1=globalThis,$1=H1.trustedTypes,c5=$1?$1.emptyScript:"",h5=H1.reactiveElementPolyfillSupport,D=(L,C)=>L,E={toAttribute(L,C){switch(C){case Boolean:L=L?c5:null;break;case Object:case Array:L=L==null?L:JSON.stringify(L)}return L},fromAttribute(L,C){let H=L;switch(C){case Boolean:H=L!==null;break;case Number:H=L===null?null:Number(L);break;case Object:case Array:try{H=JSON.parse(L)}catch{H=null}}return H}},V1=(L,C)=>!x5(L,C),W1={attribute:!0,type:String,converter:E,reflect:!1,useDefault:!1,hasChanged:V1};Symbol.metadata??=Symbol("metadata"),H1.litPropertyMetadata??=new WeakMap;var h=class extends HTMLElement{static addInitializer(C){this._$Ei(),(this.l??=[]).push(C)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(C,H=W1){if(H.state&&(H.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(C)&&((H=Object.create(H)).wrapped=!0),this.elementProperties.set(C,H),!H.noAccessor){let V=Symbol(),M=this.getPropertyDescriptor(C,V,H);M!==void 0&&v5(this.prototype,C,M)}}static getPropertyDescriptor(C,H,V){let{get:M,set:r}=Z5(this.prototype,C)??{get(){return this[H]},set(e){this[H]=e}};return{get:M,set(e){let t=M?.call(this);r?.call(this,e),this.requestUpdate(C,t,V)},configurable:!0,enumerable:!0}}static getPropertyOptions(C){return this.elementProperties.get(C)??W1}static _$Ei(){if(this.hasOwnProperty(D("elementProperties")))return;let C=S5(this);C.finalize(),C.l!==void 0&&(this.l=[...C.l]),this.elementProperties=new Map(C.elementProperties)}static finalize(){if(this.hasOwnProperty(D("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(D("properties"))){let H=this.properties,V=[...s5(H),...u5(H)];for(let M of V)this.createProperty(M,H[M])}let C=this[Symbol.metadata];if(C!==null){let H=litPropertyMetadata.get(C);if(H!==void 0)for(let[V,M]of H)this.elementProperties.set(V,M)}this._$Eh=new Map;for(let[H,V]of this.elementProperties){let M=this._$Eu(H,V);M!==void 0&&this._$Eh.set(M,H)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(C){let H=[];if(Array.isArray(C)){let V=new Set(C.flat(1/0).reverse());for(let M of V)H.unshift(l1(M))}else C!==void 0&&H.push(l1(C));return H}static _$Eu(C,H){let V=H.attribute;return V===!1?void 0:typeof V=="string"?V:typeof C=="string"?C.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(C=>this.enableUpdating=C),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(C=>C(this))}addController(C){(this._$EO??=new Set).add(C),this.renderRoot!==void 0&&this.isConnected&&C.hostConnected?.()}removeController(C){this._$EO?.delete(C)}_$E_(){let C=new Map,H=this.constructor.elementProperties;for(let V of H.keys())this.hasOwnProperty(V)&&(C.set(V,this[V]),delete this[V]);C.size>0&&(this._$Ep=C)}createRenderRoot(){let C=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return I1(C,this.constructor.elementStyles),C}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(C=>C.hostConnected?.())}enableUpdating(C){}disconnectedCallback(){this._$EO?.forEach(C=>C.hostDisconnected?.())}attributeChangedCallback(C,H,V){this._$AK(C,V)}_$ET(C,H){let V=this.constructor.elementProperties.get(C),M=this.constructor._$Eu(C,V);if(M!==void 0&&V.reflect===!0){let r=(V.converter?.toAttribute!==void 0?V.converter:E).toAttribute(H,V.type);this._$Em=C,r==null?this.removeAttribute(M):this.setAttribute(M,r),this._$Em=null}}_$AK(C,H){let V=this.constructor,M=V._$Eh.get(C);if(M!==void 0&&this._$Em!==M){let r=V.getPropertyOptions(M),e=typeof r.converter=="function"?{fromAttribute:r.converter}:r.converter?.fromAttribute!==void 0?r.converter:E;this._$Em=M;let t=e.fromAttribute(H,r.type);this[M]=t??this._$Ej?.get(M)??t,this._$Em=null}}requestUpdate(C,H,V,M=!1,r){if(C!==void 0){let e=this.constructor;if(M===!1&&(r=this[C]),V??=e.getPropertyOptions(C),!((V.hasChanged??V1)(r,H)||V.useDefault&&V.reflect&&r===this._$Ej?.get(C)&&!this.hasAttribute(e._$Eu(C,V))))return;this.C(C,H,V)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(C,H,{useDefault:V,reflect:M,wrapped:r},e){V&&!(this._$Ej??=new Map).has(C)&&(this._$Ej.set(C,e??H??this[C]),r!==!0||e!==void 0)||(this._$AL.has(C)||(this.hasUpdated||V||(H=void 0),this._$AL.set(C,H)),M===!0&&this._$Em!==C&&(this._$Eq??=new Set).add(C))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(H){Promise.reject(H)}let C=this.scheduleUpdate();return C!=null&&await C,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[M,r]of this._$Ep)this[M]=r;this._$Ep=void 0}let V=this.constructor.elementProperties;if(V.size>0)for(let[M,r]of V){let{wrapped:e}=r,t=this[M];e!==!0||this._$AL.has(M)||t===void 0||this.C(M,void 0,r,t)}}let C=!1,H=this._$AL;try{C=this.shouldUpdate(H),C?(this.willUpdate(H),this._$EO?.forEach(V=>V.hostUpdate?.()),this.update(H)):this._$EM()}catch(V){throw C=!1,this._$EM(),V}C&&this._$AE(H)}willUpdate(C){}_$AE(C){this._$EO?.forEach(H=>H.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(C)),this.updated(C)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(C){return!0}update(C){this._$Eq&&=this._$Eq.forEach(H=>this._$ET(H,this[H])),this._$EM()}updated(C){}firstUpdated(C){}};h.elementStyles=[],h.shadowRootOptions={mode:"open"},h[D("elementProperties")]=new Map,h[D("finalized")]=new Map,h5?.({ReactiveElement:h}),(H1.reactiveElementVersions??=[]).push("2.1.2");var c1=globalThis,U1=L=>L,L1=c1.trustedTypes,G1=L1?L1.createPolicy("lit-html",{createHTML:L=>L}):void 0,X1="$lit$",g=`lit$${Math.random().toFixed(9).slice(2)}$`,J1="?"+g,O5=`<${J1}>`,y=document,I=()=>y.createComment(""),$=L=>L===null||typeof L!="object"&&typeof L!="function",h1=Array.isArray,f5=L=>h1(L)||typeof L?.[Symbol.iterator]=="function",x1=`[ 	
\f\r]`,N=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,Q1=/-->/g,z1=/>/g,k=RegExp(`>|${x1}(?:([^\\s"'>=/]+)(${x1}*=${x1}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),q1=/'/g,K1=/"/g,Y1=/^(?:script|style|textarea|title)$/i,O1=L=>(C,...H)=>({_$litType$:L,strings:C,values:H}),o=O1(1),o3=O1(2),a3=O1(3),w=Symbol.for("lit-noChange"),a=Symbol.for("lit-nothing"),j1=new WeakMap,b=y.createTreeWalker(y,129);function C2(L,C){if(!h1(L)||!L.hasOwnProperty("raw"))throw Error("invalid template strings array");return G1!==void 0?G1.createHTML(C):C}var g5=(L,C)=>{let H=L.length-1,V=[],M,r=C===2?"<svg>":C===3?"<math>":"",e=N;for(let t=0;t<H;t++){let i=L[t],A,n,p=-1,c=0;for(;c<i.length&&(e.lastIndex=c,n=e.exec(i),n!==null);)c=e.lastIndex,e===N?n[1]==="!--"?e=Q1:n[1]!==void 0?e=z1:n[2]!==void 0?(Y1.test(n[2])&&(M=RegExp("</"+n[2],"g")),e=k):n[3]!==void 0&&(e=k):e===k?n[0]===">"?(e=M??N,p=-1):n[1]===void 0?p=-2:(p=e.lastIndex-n[2].length,A=n[1],e=n[3]===void 0?k:n[3]==='"'?K1:q1):e===K1||e===q1?e=k:e===Q1||e===z1?e=N:(e=k,M=void 0);let f=e===k&&L[t+1].startsWith("/>")?" ":"";r+=e===N?i+O5:p>=0?(V.push(A),i.slice(0,p)+X1+i.slice(p)+g+f):i+g+(p===-2?t:f)}return[C2(L,r+(L[H]||"<?>")+(C===2?"</svg>":C===3?"</math>":"")),V]},W=class L{constructor({strings:C,_$litType$:H},V){let M;this.parts=[];let r=0,e=0,t=C.length-1,i=this.parts,[A,n]=g5(C,H);if(this.el=L.createElement(A,V),b.currentNode=this.el.content,H===2||H===3){let p=this.el.content.firstChild;p.replaceWith(...p.childNodes)}for(;(M=b.nextNode())!==null&&i.length<t;){if(M.nodeType===1){if(M.hasAttributes())for(let p of M.getAttributeNames())if(p.endsWith(X1)){let c=n[e++],f=M.getAttribute(p).split(g),J=/([.?@])?(.*)/.exec(c);i.push({type:1,index:r,name:J[2],strings:f,ctor:J[1]==="."?Z1:J[1]==="?"?s1:J[1]==="@"?u1:T}),M.removeAttribute(p)}else p.startsWith(g)&&(i.push({type:6,index:r}),M.removeAttribute(p));if(Y1.test(M.tagName)){let p=M.textContent.split(g),c=p.length-1;if(c>0){M.textContent=L1?L1.emptyScript:"";for(let f=0;f<c;f++)M.append(p[f],I()),b.nextNode(),i.push({type:2,index:++r});M.append(p[c],I())}}}else if(M.nodeType===8)if(M.data===J1)i.push({type:2,index:r});else{let p=-1;for(;(p=M.data.indexOf(g,p+1))!==-1;)i.push({type:7,index:r}),p+=g.length-1}r++}}static createElement(C,H){let V=y.createElement("template");return V.innerHTML=C,V}};function P(L,C,H=L,V){if(C===w)return C;let M=V!==void 0?H._$Co?.[V]:H._$Cl,r=$(C)?void 0:C._$litDirective$;return M?.constructor!==r&&(M?._$AO?.(!1),r===void 0?M=void 0:(M=new r(L),M._$AT(L,H,V)),V!==void 0?(H._$Co??=[])[V]=M:H._$Cl=M),M!==void 0&&(C=P(L,M._$AS(L,C.values),M,V)),C}var v1=class{constructor(C,H){this._$AV=[],this._$AN=void 0,this._$AD=C,this._$AM=H}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(C){let{el:{content:H},parts:V}=this._$AD,M=(C?.creationScope??y).importNode(H,!0);b.currentNode=M;let r=b.nextNode(),e=0,t=0,i=V[0];for(;i!==void 0;){if(e===i.index){let A;i.type===2?A=new U(r,r.nextSibling,this,C):i.type===1?A=new i.ctor(r,i.name,i.strings,this,C):i.type===6&&(A=new S1(r,this,C)),this._$AV.push(A),i=V[++t]}e!==i?.index&&(r=b.nextNode(),e++)}return b.currentNode=y,M}p(C){let H=0;for(let V of this._$AV)V!==void 0&&(V.strings!==void 0?(V._$AI(C,V,H),H+=V.strings.length-2):V._$AI(C[H])),H++}},U=class L{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(C,H,V,M){this.type=2,this._$AH=a,this._$AN=void 0,this._$AA=C,this._$AB=H,this._$AM=V,this.options=M,this._$Cv=M?.isConnected??!0}get parentNode(){let C=this._$AA.parentNode,H=this._$AM;return H!==void 0&&C?.nodeType===11&&(C=H.parentNode),C}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(C,H=this){C=P(this,C,H),$(C)?C===a||C==null||C===""?(this._$AH!==a&&this._$AR(),this._$AH=a):C!==this._$AH&&C!==w&&this._(C):C._$litType$!==void 0?this.$(C):C.nodeType!==void 0?this.T(C):f5(C)?this.k(C):this._(C)}O(C){return this._$AA.parentNode.insertBefore(C,this._$AB)}T(C){this._$AH!==C&&(this._$AR(),this._$AH=this.O(C))}_(C){this._$AH!==a&&$(this._$AH)?this._$AA.nextSibling.data=C:this.T(y.createTextNode(C)),this._$AH=C}$(C){let{values:H,_$litType$:V}=C,M=typeof V=="number"?this._$AC(C):(V.el===void 0&&(V.el=W.createElement(C2(V.h,V.h[0]),this.options)),V);if(this._$AH?._$AD===M)this._$AH.p(H);else{let r=new v1(M,this),e=r.u(this.options);r.p(H),this.T(e),this._$AH=r}}_$AC(C){let H=j1.get(C.strings);return H===void 0&&j1.set(C.strings,H=new W(C)),H}k(C){h1(this._$AH)||(this._$AH=[],this._$AR());let H=this._$AH,V,M=0;for(let r of C)M===H.length?H.push(V=new L(this.O(I()),this.O(I()),this,this.options)):V=H[M],V._$AI(r),M++;M<H.length&&(this._$AR(V&&V._$AB.nextSibling,M),H.length=M)}_$AR(C=this._$AA.nextSibling,H){for(this._$AP?.(!1,!0,H);C!==this._$AB;){let V=U1(C).nextSibling;U1(C).remove(),C=V}}setConnected(C){this._$AM===void 0&&(this._$Cv=C,this._$AP?.(C))}},T=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(C,H,V,M,r){this.type=1,this._$AH=a,this._$AN=void 0,this.element=C,this.name=H,this._$AM=M,this.options=r,V.length>2||V[0]!==""||V[1]!==""?(this._$AH=Array(V.length-1).fill(new String),this.strings=V):this._$AH=a}_$AI(C,H=this,V,M){let r=this.strings,e=!1;if(r===void 0)C=P(this,C,H,0),e=!$(C)||C!==this._$AH&&C!==w,e&&(this._$AH=C);else{let t=C,i,A;for(C=r[0],i=0;i<r.length-1;i++)A=P(this,t[V+i],H,i),A===w&&(A=this._$AH[i]),e||=!$(A)||A!==this._$AH[i],A===a?C=a:C!==a&&(C+=(A??"")+r[i+1]),this._$AH[i]=A}e&&!M&&this.j(C)}j(C){C===a?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,C??"")}},Z1=class extends T{constructor(){super(...arguments),this.type=3}j(C){this.element[this.name]=C===a?void 0:C}},s1=class extends T{constructor(){super(...arguments),this.type=4}j(C){this.element.toggleAttribute(this.name,!!C&&C!==a)}},u1=class extends T{constructor(C,H,V,M,r){super(C,H,V,M,r),this.type=5}_$AI(C,H=this){if((C=P(this,C,H,0)??a)===w)return;let V=this._$AH,M=C===a&&V!==a||C.capture!==V.capture||C.once!==V.once||C.passive!==V.passive,r=C!==a&&(V===a||M);M&&this.element.removeEventListener(this.name,this,V),r&&this.element.addEventListener(this.name,this,C),this._$AH=C}handleEvent(C){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,C):this._$AH.handleEvent(C)}},S1=class{constructor(C,H,V){this.element=C,this.type=6,this._$AN=void 0,this._$AM=H,this.options=V}get _$AU(){return this._$AM._$AU}_$AI(C){P(this,C)}};var k5=c1.litHtmlPolyfillSupport;k5?.(W,U),(c1.litHtmlVersions??=[]).push("3.3.3");var M1=(L,C,H)=>{let V=H?.renderBefore??C,M=V._$litPart$;if(M===void 0){let r=H?.renderBefore??null;V._$litPart$=M=new U(C.insertBefore(I(),r),r,void 0,H??{})}return M._$AI(L),M};var f1=globalThis,S=class extends h{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let C=super.createRenderRoot();return this.renderOptions.renderBefore??=C.firstChild,C}update(C){let H=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(C),this._$Do=M1(H,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return w}};S._$litElement$=!0,S.finalized=!0,f1.litElementHydrateSupport?.({LitElement:S});var b5=f1.litElementPolyfillSupport;b5?.({LitElement:S});(f1.litElementVersions??=[]).push("4.2.2");var y5={attribute:!0,type:String,converter:E,reflect:!1,hasChanged:V1},w5=(L=y5,C,H)=>{let{kind:V,metadata:M}=H,r=globalThis.litPropertyMetadata.get(M);if(r===void 0&&globalThis.litPropertyMetadata.set(M,r=new Map),V==="setter"&&((L=Object.create(L)).wrapped=!0),r.set(H.name,L),V==="accessor"){let{name:e}=H;return{set(t){let i=C.get.call(this);C.set.call(this,t),this.requestUpdate(e,i,L,!0,t)},init(t){return t!==void 0&&this.C(e,void 0,L,t),t}}}if(V==="setter"){let{name:e}=H;return function(t){let i=this[e];C.call(this,t),this.requestUpdate(e,i,L,!0,t)}}throw Error("Unsupported decorator location: "+V)};function l(L){return(C,H)=>typeof H=="object"?w5(L,C,H):((V,M,r)=>{let e=M.hasOwnProperty(r);return M.constructor.createProperty(r,V),e?Object.getOwnPropertyDescriptor(M,r):void 0})(L,C,H)}function x(L){return l({...L,state:!0,attribute:!1})}var B=(L,C,H)=>(H.configurable=!0,H.enumerable=!0,Reflect.decorate&&typeof C!="object"&&Object.defineProperty(L,C,H),H);function G(L,C){return(H,V,M)=>{let r=e=>e.renderRoot?.querySelector(L)??null;if(C){let{get:e,set:t}=typeof V=="object"?H:M??(()=>{let i=Symbol();return{get(){return this[i]},set(A){this[i]=A}}})();return B(H,V,{get(){let i=e.call(this);return i===void 0&&(i=r(this),(i!==null||this.hasUpdated)&&t.call(this,i)),i}})}return B(H,V,{get(){return r(this)}})}}var O=class extends Error{constructor(H,V){super(V);this.code=H}},r1=class{constructor(C){this.hass=C}async call(C,H){try{return await this.hass().callWS({type:C,language:this.hass().language,...H})}catch(V){throw B5(V)}}subscribe(C,H){let V={type:"smsadmin/subscribe",language:this.hass().language,...H};return this.hass().connection.subscribeMessage(C,V)}async download(C){let{path:H}=await this.call("smsadmin/export",C),V=Object.assign(document.createElement("a"),{href:this.hass().hassUrl(H),download:""});document.body.append(V),V.click(),V.remove()}};function B5(L){let{code:C,message:H}=L.error??L;return new O(typeof C=="string"?C:"offline",H??"")}function e1(){let C=[...crypto.getRandomValues(new Uint8Array(16))].map(H=>H.toString(16).padStart(2,"0")).join("");return[C.slice(0,8),C.slice(8,12),`4${C.slice(13,16)}`,`a${C.slice(17,20)}`,C.slice(20)].join("-")}var P5={queued:"waiting",scheduled:"scheduled",submitting:"going",accepted:"accepted",rejected:"failed",unconfirmed:"unclear",not_sent:"failed",cancelled:"ended",delivered:"delivered",expired:"failed",undeliverable:"failed",unknown:"unclear",blacklisted:"failed",busy:"going",other:"unclear",received:"received",quarantined:"unclear"},T5=["failed","unclear","waiting","going","scheduled","accepted","ended","delivered","received"];function Q(L){return P5[L]??"unclear"}function H2(L){let C=L.map(Q),H=M=>C.filter(r=>r===M).length,V=T5.find(M=>C.includes(M))??"unclear";return{state:L[C.indexOf(V)]??"unknown",tone:V,total:L.length,delivered:H("delivered"),failed:H("failed"),unclear:H("unclear")}}var t1=class{#V;#C;#H=new Set;constructor(C,H){this.#V=C,this.#C=H}isBusy({id:C}){return this.#H.has(C)}async cancel(C){let H=C.numbers.filter(({state:M})=>M==="queued").map(({message_id:M})=>M),V=({message_id:M,state:r})=>H.includes(M)&&r==="cancelled";await this.#M(C,async()=>{try{await this.#C.client().call("smsadmin/cancel",{config_entry_id:this.#C.entryId(),message_ids:H})}catch(M){if(!(await this.#C.read()).find(({id:e})=>e===C.id)?.numbers.some(V))throw M}})}sendAgain(C,H){return this.#M(C,async()=>{let{errors:V}=await this.#C.client().call("smsadmin/send",{call_id:e1(),config_entry_id:this.#C.entryId(),conversations:[],mobiles:[],message_ids:H.map(({message_id:M})=>M),message:"",send_at:null});if(V.length)throw new O("refused",this.#C.i18n().sentences(V.map(({message:M})=>M)))})}async#M(C,H){if(this.#H.has(C.id))return!1;this.#H.add(C.id),this.#C.setNotice(""),this.#V.requestUpdate();let V=!0;try{await H()}catch(M){V=!1;let{t:r}=this.#C.i18n(),{code:e,message:t}=M;this.#C.setNotice(e==="offline"?r("error.offline"):t||r("error.failed"))}return await this.#C.read(),this.#H.delete(C.id),this.#V.requestUpdate(),V}};function V2(L){let C=new Set,H=new Map;for(let{id:V,message:M,numbers:r}of[...L].reverse()){let e=({mobile:t})=>JSON.stringify([t,M]);H.set(V,r.filter(t=>Q(t.state)==="failed"&&!C.has(e(t))));for(let t of r)t.state!=="cancelled"&&C.add(e(t))}return H}var L2="M12,5.5A3.5,3.5 0 0,1 15.5,9A3.5,3.5 0 0,1 12,12.5A3.5,3.5 0 0,1 8.5,9A3.5,3.5 0 0,1 12,5.5M5,8C5.56,8 6.08,8.15 6.53,8.42C6.38,9.85 6.8,11.27 7.66,12.38C7.16,13.34 6.16,14 5,14A3,3 0 0,1 2,11A3,3 0 0,1 5,8M19,8A3,3 0 0,1 22,11A3,3 0 0,1 19,14C17.84,14 16.84,13.34 16.34,12.38C17.2,11.27 17.62,9.85 17.47,8.42C17.92,8.15 18.44,8 19,8M5.5,18.25C5.5,16.18 8.41,14.5 12,14.5C15.59,14.5 18.5,16.18 18.5,18.25V20H5.5V18.25M0,20V18.5C0,17.11 1.89,15.94 4.45,15.6C3.86,16.28 3.5,17.22 3.5,18.25V20H0M24,20H20.5V18.25C20.5,17.22 20.14,16.28 19.55,15.6C22.11,15.94 24,17.11 24,18.5V20Z";var M2="M15,4A4,4 0 0,0 11,8A4,4 0 0,0 15,12A4,4 0 0,0 19,8A4,4 0 0,0 15,4M15,5.9C16.16,5.9 17.1,6.84 17.1,8C17.1,9.16 16.16,10.1 15,10.1A2.1,2.1 0 0,1 12.9,8A2.1,2.1 0 0,1 15,5.9M4,7V10H1V12H4V15H6V12H9V10H6V7H4M15,13C12.33,13 7,14.33 7,17V20H23V17C23,14.33 17.67,13 15,13M15,14.9C17.97,14.9 21.1,16.36 21.1,17V18.1H8.9V17C8.9,16.36 12,14.9 15,14.9Z";var r2="M13,13H11V7H13M13,17H11V15H13M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2Z";var e2="M12,2L1,21H23M12,6L19.53,19H4.47M11,10V14H13V10M11,16V18H13V16";var t2="M11,4H13V16L18.5,10.5L19.92,11.92L12,19.84L4.08,11.92L5.5,10.5L11,16V4Z";var i2="M20,11V13H8L13.5,18.5L12.08,19.92L4.16,12L12.08,4.08L13.5,5.5L8,11H20Z";var g1="M20 13.5V20H18V13.5C18 11 16 9 13.5 9H7.83L10.91 12.09L9.5 13.5L4 8L9.5 2.5L10.92 3.91L7.83 7H13.5C17.09 7 20 9.91 20 13.5Z";var o2="M19.3 18.9C19.7 18.2 20 17.4 20 16.5C20 14 18 12 15.5 12S11 14 11 16.5 13 21 15.5 21C16.4 21 17.2 20.8 17.9 20.3L21 23.4L22.4 22L19.3 18.9M15.5 19C14.1 19 13 17.9 13 16.5S14.1 14 15.5 14 18 15.1 18 16.5 16.9 19 15.5 19M5 19V9H19V11C19.8 11.5 20.5 12.2 21 13V5C21 3.9 20.1 3 19 3H18V1H16V3H8V1H6V3H5C3.9 3 3 3.9 3 5V19C3 20.1 3.9 21 5 21H10.8C10.2 20.4 9.8 19.8 9.5 19H5M19 5V7H5V5H19Z";var a2="M12 2C17.5 2 22 6.5 22 12S17.5 22 12 22 2 17.5 2 12 6.5 2 12 2M12 4C10.1 4 8.4 4.6 7.1 5.7L18.3 16.9C19.3 15.5 20 13.8 20 12C20 7.6 16.4 4 12 4M16.9 18.3L5.7 7.1C4.6 8.4 4 10.1 4 12C4 16.4 7.6 20 12 20C13.9 20 15.6 19.4 16.9 18.3Z";var k1="M21,7L9,19L3.5,13.5L4.91,12.09L9,16.17L19.59,5.59L21,7Z",A2="M0.41,13.41L6,19L7.41,17.58L1.83,12M22.24,5.58L11.66,16.17L7.5,12L6.07,13.41L11.66,19L23.66,7M18,7L16.59,5.58L10.24,11.93L11.66,13.34L18,7Z";var d2="M7.41,8.58L12,13.17L16.59,8.58L18,10L12,16L6,10L7.41,8.58Z";var b1="M12,20A8,8 0 0,0 20,12A8,8 0 0,0 12,4A8,8 0 0,0 4,12A8,8 0 0,0 12,20M12,2A10,10 0 0,1 22,12A10,10 0 0,1 12,22C6.47,22 2,17.5 2,12A10,10 0 0,1 12,2M12.5,7V12.25L17,14.92L16.25,16.15L11,13V7H12.5Z";var p2="M19,6.41L17.59,5L12,10.59L6.41,5L5,6.41L10.59,12L5,17.59L6.41,19L12,13.41L17.59,19L19,17.59L13.41,12L19,6.41Z";var m2="M19,21H8V7H19M19,5H8A2,2 0 0,0 6,7V21A2,2 0 0,0 8,23H19A2,2 0 0,0 21,21V7A2,2 0 0,0 19,5M16,1H4A2,2 0 0,0 2,3V17H4V3H16V1Z";var n2="M12,16A2,2 0 0,1 14,18A2,2 0 0,1 12,20A2,2 0 0,1 10,18A2,2 0 0,1 12,16M12,10A2,2 0 0,1 14,12A2,2 0 0,1 12,14A2,2 0 0,1 10,12A2,2 0 0,1 12,10M12,4A2,2 0 0,1 14,6A2,2 0 0,1 12,8A2,2 0 0,1 10,6A2,2 0 0,1 12,4Z";var l2="M11,18H13V16H11V18M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20C7.59,20 4,16.41 4,12C4,7.59 7.59,4 12,4C16.41,4 20,7.59 20,12C20,16.41 16.41,20 12,20M12,6A4,4 0 0,0 8,10H10A2,2 0 0,1 12,8A2,2 0 0,1 14,10C14,12 11,11.75 11,15H13C13,12.75 16,12.5 16,10A4,4 0 0,0 12,6Z";var x2="M9.5,3A6.5,6.5 0 0,1 16,9.5C16,11.11 15.41,12.59 14.44,13.73L14.71,14H15.5L20.5,19L19,20.5L14,15.5V14.71L13.73,14.44C12.59,15.41 11.11,16 9.5,16A6.5,6.5 0 0,1 3,9.5A6.5,6.5 0 0,1 9.5,3M9.5,5C7,5 5,7 5,9.5C5,12 7,14 9.5,14C12,14 14,12 14,9.5C14,7 12,5 9.5,5Z";var v2="M20,2A2,2 0 0,1 22,4V16A2,2 0 0,1 20,18H6L2,22V4C2,2.89 2.9,2 4,2H20M4,4V17.17L5.17,16H20V4H4M6,7H18V9H6V7M6,11H15V13H6V11Z";var Z2="M5.41,21L6.12,17H2.12L2.47,15H6.47L7.53,9H3.53L3.88,7H7.88L8.59,3H10.59L9.88,7H15.88L16.59,3H18.59L17.88,7H21.88L21.53,9H17.53L16.47,15H20.47L20.12,17H16.12L15.41,21H13.41L14.12,17H8.12L7.41,21H5.41M9.53,9L8.47,15H14.47L15.53,9H9.53Z";var s2="M2,21L23,12L2,3V10L17,12L2,14V21Z";var u2="M5,3C3.89,3 3,3.89 3,5V19A2,2 0 0,0 5,21H19A2,2 0 0,0 21,19V12H19V19H5V5H12V3H5M17.78,4C17.61,4 17.43,4.07 17.3,4.2L16.08,5.41L18.58,7.91L19.8,6.7C20.06,6.44 20.06,6 19.8,5.75L18.25,4.2C18.12,4.07 17.95,4 17.78,4M15.37,6.12L8,13.5V16H10.5L17.87,8.62L15.37,6.12Z";var S2="M14.46,15.88L15.88,14.46L18,16.59L20.12,14.46L21.54,15.88L19.41,18L21.54,20.12L20.12,21.54L18,19.41L15.88,21.54L14.46,20.12L16.59,18L14.46,15.88M5,3H19C20.11,3 21,3.89 21,5V12.8C20.39,12.45 19.72,12.2 19,12.08V5H5V19H12.08C12.2,19.72 12.45,20.39 12.8,21H5C3.89,21 3,20.11 3,19V5C3,3.89 3.89,3 5,3M7,7H17V9H7V7M7,11H17V12.08C16.15,12.22 15.37,12.54 14.68,13H7V11M7,15H12V17H7V15Z";var c2="M6,2V8H6V8L10,12L6,16V16H6V22H18V16H18V16L14,12L18,8V8H18V2H6M16,16.5V20H8V16.5L12,12.5L16,16.5M12,11.5L8,7.5V4H16V7.5L12,11.5Z";var h2="M2 12H4V17H20V12H22V17C22 18.11 21.11 19 20 19H4C2.9 19 2 18.11 2 17V12M12 15L17.55 9.54L16.13 8.13L13 11.25V2H11V11.25L7.88 8.13L6.46 9.55L12 15Z";var O2="M9,10V16H15V10H19L12,3L5,10H9M12,5.8L14.2,8H13V14H11V8H9.8L12,5.8M19,18H5V20H19V18Z";var Z={add:u2,addPerson:M2,alert:e2,answer:g1,back:i2,calendar:o2,clock:b1,close:p2,copy:m2,done:k1,down:t2,download:h2,expand:d2,group:L2,menu:n2,message:v2,number:Z2,search:x2,send:s2,unreadable:S2},y1={delivered:A2,accepted:k1,going:O2,scheduled:b1,waiting:c2,unclear:l2,failed:r2,ended:a2,received:g1};function v(L){return o`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${L}></path></svg>`}function F5(L){let[C]=new Intl.Segmenter(void 0,{granularity:"grapheme"}).segment(L.trim());return C?C.segment.toLocaleUpperCase():"?"}function R5(L){let C=0;for(let H of L)C=(C*31+(H.codePointAt(0)??0))%1000003;return C%12*30}function f2(L){if(L.kind==="unreadable")return o`<span class="avatar plain" aria-hidden="true">${v(Z.unreadable)}</span>`;if(L.kind==="number")return o`<span class="avatar plain" aria-hidden="true">${v(Z.number)}</span>`;let C=L.mobiles.length>1?v(Z.group):F5(L.name);return o`<span class="avatar" style="--hue: ${R5(L.name)}" aria-hidden="true">${C}</span>`}function F(L){return/^zh\b/i.test(L)?/hant|tw|hk|mo/i.test(L)?"zh-Hant":"zh-Hans":"en"}function g2(L){let{language:C,time_format:H,time_zone:V}=L.locale;return[L.language,C,H,V,L.config.time_zone].join()}var _5=864e5,i1=class{constructor(C,H){this.#a=new Map;this.t=(C,H={})=>{let[V="",M=""]=C.split("."),r=this.#V[V]?.[M];return((typeof r=="object"?r[this.#C.select(Number(H.n))]??r.other:r)??C).replace(/\{(\w+)\}/g,(t,i)=>this.#m(H[i]))};this.dayOf=C=>this.#i.format(new Date(C));this.fieldOf=C=>this.#o.format(C).replace(" ","T");this.instantOf=C=>{let H=Date.parse(`${C}Z`),V=H;for(let M=0;M<2;M++)V+=H-Date.parse(`${this.fieldOf(new Date(V))}Z`);return new Date(V).toISOString()};this.language=C.language,this.#V=H[F(this.language)],this.#e=C.locale.time_zone==="server"?C.config.time_zone:void 0,this.#C=new Intl.PluralRules(F(this.language)),this.#H=new Intl.NumberFormat(this.language);let V=C.locale.time_format;this.#M=this.#p({hour:"numeric",minute:"2-digit",...V==="12"||V==="24"?{hourCycle:V==="12"?"h12":"h23"}:{}}),this.#i=new Intl.DateTimeFormat("sv",{timeZone:this.#e,dateStyle:"short"}),this.#o=new Intl.DateTimeFormat("sv",{timeZone:this.#e,dateStyle:"short",timeStyle:"short"}),this.#r=new Intl.RelativeTimeFormat(F(this.language),{numeric:"auto"})}#V;#C;#H;#M;#i;#o;#a;#r;#e;sentences(C){return C.join(F(this.language)==="en"?" ":"")}number(C){return this.#H.format(C)}time(C){return this.#M.format(new Date(C))}day(C,H=new Date){let V=this.#t(C,H);return V===0||V===1?o1(this.#r.format(-V,"day")):V>1&&V<7?this.#L(C,{weekday:"long"}):this.#L(C,this.#d(C,H)?{weekday:"short",day:"numeric",month:"long"}:{day:"numeric",month:"long",year:"numeric"})}brief(C,H=new Date){let V=this.#t(C,H);return V===0?this.time(C):V===1?o1(this.#r.format(-1,"day")):V>1&&V<7?this.#L(C,{weekday:"short"}):this.#A(C,H)}moment(C,H=new Date){let V=this.#t(C,H);if(V===0)return this.time(C);let M=V>-7&&V<7,r=()=>M?this.#L(C,{weekday:"short"}):this.#A(C,H);return`${Math.abs(V)===1?this.#r.format(-V,"day"):r()} ${this.time(C)}`}full(C){return`${this.#L(C,{dateStyle:"medium"})} ${this.time(C)}`}#m(C){return typeof C=="number"?this.number(C):C??""}#t(C,H){return Math.round((Date.parse(this.dayOf(H))-Date.parse(this.dayOf(C)))/_5)}#A(C,H){return this.#L(C,this.#d(C,H)?{day:"numeric",month:"short"}:{day:"numeric",month:"numeric",year:"numeric"})}#d(C,H){return this.dayOf(C).slice(0,4)===this.dayOf(H).slice(0,4)}#L(C,H){let V=JSON.stringify(H),M=this.#a.get(V)??this.#p(H);return this.#a.set(V,M),M.format(new Date(C))}#p(C){return new Intl.DateTimeFormat(this.language,{...C,timeZone:this.#e})}};function o1(L){return L.charAt(0).toLocaleUpperCase()+L.slice(1)}function R(L){let C=/^(1\d{2})(\d{4})(\d{4})$/.exec(L);return C?C.slice(1).join(" "):L}var D5=/^\s*【[^【】]+】.*$|^.*【[^【】]+】\s*$/s,E5=/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;function a1(L){return/^[\s\p{Cc}\p{Cf}]*$/u.test(L)}function N5(L,C){return C===""||D5.test(L)?L:`【${C}】${L}`}function w1(L,C){let H=`【${C}】`;return C!==""&&L.startsWith(H)?[H,L.slice(H.length)]:["",L]}function k2(L,C,H){let V=N5(L,C).replace(E5,""),M=V.length,r=M<=70?1:Math.ceil(M/67);return{characters:M,room:r===1?70:r*67,texts:r,lacking:H==="gb2312"?$5(V):0}}var z;function I5(){if(z)return z;let L=[];for(let C=129;C<=254;C++)for(let H=64;H<=254;H++)H!==127&&L.push(C,H);return z=new Set(new TextDecoder("gbk").decode(new Uint8Array(L))),z.delete("�"),z}function $5(L){return[...L].filter(C=>C>""&&!I5().has(C)).length}var B1=L=>L.state==="unconfirmed";function w2(L,C){let H=H2(L.numbers.map(i=>i.state)),V=L.direction==="out"?"out":"in",M=L.direction==="out"?H.tone:L.direction==="in"?"received":"unclear",[r,e]=L.direction==="out"?w1(L.message,C.signature):["",L.message],t=()=>{getSelection()?.toString()||C.onToggle(L)};return o`
<div class="message ${V} tone-${M} ${C.continues?"continues":""} ${C.isHighlighted?"highlighted":""}">
<div class="bubble" @click=${t}>
${L.in_reply_to?W5(L,C):a}<span class="words" dir="auto">${r?o`<span class="front">${r}</span>`:a}${e}</span>
</div>
<div class="meta">${U5(L,H,C)}</div>
${C.isExpanded?K5(L,C):a}
</div>
`}function W5(L,{i18n:C,onQuote:H,signature:V}){let M=L.in_reply_to;if(!M)return a;let r=o`<span class="for-readers">${C.t("message.answers")} </span>
<span class="quoted" dir="auto">${w1(M.message,V)[1]}</span><span class="quoted-at">${C.moment(M.at)}</span>`,e=t=>{t.stopPropagation(),M.id!==null&&H(M.id)};return M.id===null?o`<span class="quote">${r}</span>`:o`<button type="button" class="quote" @click=${e}>${r}</button>`}function U5(L,C,H){let{i18n:V}=H,M=({currentTarget:t})=>{t.title=V.full(L.at)},r=o`<time datetime=${L.at} @pointerenter=${M}>${V.time(L.at)}</time>`,e=(t,i)=>o`<button
type="button" class="state ${i}" aria-expanded=${H.isExpanded?"true":"false"} @click=${()=>H.onToggle(L)}
>${t}</button>`;if(L.direction!=="out"){let t=L.mobile&&H.isGroup?R(L.mobile):"",i=L.direction==="unreadable"?L.reason??V.t("message.quarantined"):t;return o`${r}${i?e(i,L.direction==="unreadable"?"unclear":"received"):G5(L,H)}`}return o`${r}${e(o`${v(y1[C.tone])}<span>${Q5(L,C,V)}</span>`,C.tone)}${q5(L,H)}`}function G5(L,C){return o`<button
type="button" class="state received more" aria-label=${C.i18n.t("message.details")}
aria-expanded=${C.isExpanded?"true":"false"} @click=${()=>C.onToggle(L)}
>${v(Z.expand)}</button>`}function Q5(L,C,H){let V=L.numbers.find(M=>M.state===C.state);if(C.total>1&&(C.delivered||C.failed||C.unclear)){let M=[H.t("message.progress",{delivered:C.delivered,total:C.total})];return C.failed&&M.push(H.t("message.failed_of",{n:C.failed})),C.unclear&&M.push(H.t("message.unclear_of",{n:C.unclear})),M.join(" · ")}return V?B2(V,L,H):""}function B2(L,C,H){let V=z5(L,C,H);return L.reason?L.history.some(({state:r,source:e})=>r===L.state&&e!==null)?o1(L.reason):H.t("message.with_reason",{state:V,reason:L.reason}):V}function z5({state:L,at:C},H,V){return L==="delivered"?V.t("message.delivered_at",{time:V.moment(C)}):L==="scheduled"&&H.send_at?V.t("message.scheduled",{time:V.moment(H.send_at)}):L==="queued"&&H.expires_at?V.t("message.queued_until",{time:V.moment(H.expires_at)}):V.t(`message.${L}`,{time:H.send_at?V.moment(H.send_at):""})}function q5(L,C){if(!C.canSend)return a;let H=(V,M)=>o`<button type="button" class="textual" aria-disabled=${C.isBusy?"true":a} @click=${()=>M(L)}>${C.i18n.t(`message.${V}`)}</button>`;return L.numbers.some(V=>V.state==="queued")?H("cancel",C.onCancel):C.failed.length?H("send_again",C.onSendAgain):L.numbers.some(B1)?H("why",C.onWhy):a}function K5(L,C){return o`<div class="details appears">${L.direction==="out"?j5(L,C):X5(L,C.i18n)}</div>`}function j5(L,{i18n:C,onDetails:H}){let V=t=>t.state==="delivered",M=[...L.numbers.filter(t=>!V(t)),...L.numbers.filter(V)],[r,e]=M;return r&&!e?o`<div class="who">${b2(r,L,C)}</div>${y2(r,L,C)}`:M.map(t=>o`<details @toggle=${()=>H(L)}><summary class="who">${b2(t,L,C)}</summary>${y2(t,L,C)}</details>`)}function b2(L,C,H){let V=Q(L.state);return o`<span class="mobile">${R(L.mobile)}</span>
<span class="fate ${V}">${v(y1[V])}<span>${B2(L,C,H)}</span></span>`}function y2({history:L},C,H){return o`<ul class="history">${L.map(({state:V,status:M,at:r,source:e})=>{let t=H.t(`message.${V}`,{time:C.send_at?H.moment(C.send_at):""});return P2(r,[t,M,e&&H.t(`message.${e}`)],H)})}</ul>`}function P2(L,C,H){return o`<li><time datetime=${L} title=${H.full(L)}>${H.moment(L)}</time><span>${C.filter(Boolean).join(" · ")}</span></li>`}function X5({at:L,mobile:C,source:H,direction:V},M){let r=M.t(V==="in"?"message.received":"message.quarantined");return o`<ul class="history">${P2(L,[C&&R(C),r,H&&M.t(`message.${H}`)],M)}</ul>`}var T2=u`
.message {
display: flex;
flex-direction: column;
align-items: flex-start;
padding-top: 12px;
max-width: 100%;
}
.message.continues {
padding-top: 4px;
}
.message.out {
align-items: flex-end;
}
.bubble {
max-width: min(78%, 560px);
padding: 8px 14px;
border-radius: var(--round);
border: 1px solid transparent;
font-size: 15px;
cursor: pointer;
overflow-wrap: anywhere;
transition: box-shadow 0.4s;
}
.words {
white-space: pre-wrap;
user-select: text;
}
.front {
color: var(--ink-2);
}
.more:not([aria-expanded="true"], :focus-visible) {
opacity: 0;
}
.message:hover .more {
opacity: 1;
}
.in .bubble {
background: var(--surface);
border-color: var(--line);
border-end-start-radius: 6px;
}
.out .bubble {
background: var(--sent);
border-end-end-radius: 6px;
}
.out.tone-failed .bubble {
background: color-mix(in srgb, var(--error-color, #db4437) 10%, var(--surface));
border-color: color-mix(in srgb, var(--error-color, #db4437) 40%, var(--surface));
}
.out.tone-waiting .bubble,
.out.tone-unclear .bubble,
.out.tone-scheduled .bubble,
.in.tone-unclear .bubble {
background: var(--surface);
border: 1px dashed color-mix(in srgb, var(--ink-2) 60%, var(--surface));
}
.out.tone-ended .words {
text-decoration: line-through;
color: var(--ink-2);
}
.in.tone-unclear .words {
font-family: var(--ha-font-family-code, ui-monospace, monospace);
font-size: 13px;
}
.highlighted .bubble {
box-shadow: 0 0 0 3px color-mix(in srgb, var(--primary) 55%, transparent);
}
.quote {
/* What is for screen readers alone stays inside, or the panel could be scrolled as far as its oldest quote is. */
position: relative;
display: flex;
align-items: baseline;
gap: 10px;
width: 100%;
margin: 1px 0 5px;
padding-inline-start: 9px;
border-inline-start: 3px solid var(--primary);
font-size: 13px;
color: var(--ink-2);
border-radius: 2px;
}
.quoted {
display: -webkit-box;
-webkit-box-orient: vertical;
-webkit-line-clamp: 2;
overflow: hidden;
text-align: start;
}
.quoted-at {
margin-inline-start: auto;
font-size: 12px;
white-space: nowrap;
}
.meta {
display: flex;
flex-wrap: wrap;
align-items: center;
gap: 0 8px;
max-width: 100%;
min-height: 24px;
padding: 1px 6px;
font-size: 12px;
color: var(--ink-2);
}
.out .meta {
justify-content: flex-end;
}
.meta time {
white-space: nowrap;
}
.state {
display: inline-flex;
align-items: center;
gap: 4px;
min-height: 24px;
border-radius: 6px;
text-align: start;
}
.state .icon,
.fate .icon {
width: 16px;
height: 16px;
}
.state.received .icon {
transition: transform 0.15s;
}
.state.received[aria-expanded="true"] .icon {
transform: rotate(180deg);
}
.meta .textual {
min-height: 24px;
padding: 0 4px;
}
.details {
width: min(100%, 420px);
margin: 4px 0 6px;
padding: 10px 14px;
border: 1px solid var(--line);
border-radius: 14px;
background: var(--surface);
font-size: 13px;
}
.who {
display: flex;
flex-wrap: wrap;
justify-content: space-between;
gap: 2px 12px;
}
.mobile {
font-weight: 500;
font-variant-numeric: tabular-nums;
}
.fate {
display: inline-flex;
align-items: center;
gap: 4px;
}
.history {
list-style: none;
margin: 6px 0 0;
padding: 0;
color: var(--ink-2);
}
summary {
cursor: pointer;
list-style: none;
min-height: 28px;
align-items: center;
border-radius: 6px;
}
summary::-webkit-details-marker {
display: none;
}
details + details {
margin-top: 4px;
padding-top: 4px;
border-top: 1px solid var(--line);
}
details .history {
padding-bottom: 6px;
}
.details > .history:first-child {
margin-top: 0;
}
.history li {
position: relative;
display: flex;
flex-wrap: wrap;
gap: 0 10px;
padding: 2px 0 2px 16px;
}
.history li::before {
content: "";
position: absolute;
left: 2px;
top: 9px;
width: 7px;
height: 7px;
border-radius: 50%;
background: color-mix(in srgb, var(--ink-2) 55%, var(--surface));
}
.history li:not(:last-child)::after {
content: "";
position: absolute;
left: 5px;
top: 16px;
bottom: -9px;
width: 1px;
background: var(--line);
}
.history time {
font-variant-numeric: tabular-nums;
}
`;var A1={text:"",attempt:null,isPending:!1,sendAt:"",recipients:[],numbers:[],account:""},F2="";function R2(L){F2=L}function P1(L){return`smsadmin-draft:${F2}:${L}`}function T1(L,C=sessionStorage){try{return{...A1,...JSON.parse(C.getItem(P1(L))??"{}")}}catch{return{...A1}}}function F1(L,C,H=sessionStorage){let V=!C.text&&!C.isPending&&!C.sendAt&&!C.recipients.length&&!C.numbers.length;try{V?H.removeItem(P1(L)):H.setItem(P1(L),JSON.stringify(C))}catch{return}}function q(L){return!L.attempt||!L.isPending?L:{...L,text:[L.attempt.text,L.text].filter(Boolean).join(`
`),isPending:!1}}function _2(L,C){let{attempt:H}=L;if(!H||!C.has(H.callId))return L;let{text:V}=q(L);if(!(V===H.text||V.startsWith(`${H.text}
`)))return{...L,attempt:null};let r=L.sendAt===H.sendAt?"":L.sendAt;return{...L,text:V.slice(H.text.length+1),attempt:null,isPending:!1,sendAt:r}}function D2({attempt:L},C){let{callId:H,...V}=L??{};return H&&JSON.stringify(V)===JSON.stringify(C)?H:null}var d1=u`
:host {
--surface: var(--card-background-color, #fff);
--canvas: var(--primary-background-color, #fafafa);
--ink: var(--primary-text-color, #141414);
--ink-2: color-mix(in srgb, var(--secondary-text-color, #5e5e5e) 85%, var(--ink));
--line: var(--divider-color, rgba(0, 0, 0, 0.12));
--primary: var(--primary-color, #009ac7);
--link: color-mix(in srgb, var(--primary) 62%, var(--ink));
--good: color-mix(in srgb, var(--success-color, #43a047) 60%, var(--ink));
--warn: color-mix(in srgb, var(--warning-color, #ffa600) 45%, var(--ink));
--bad: color-mix(in srgb, var(--error-color, #db4437) 78%, var(--ink));
--fill: color-mix(in srgb, var(--primary) 72%, black);
--fill-ink: #fff;
--tint: color-mix(in srgb, var(--primary) 13%, var(--surface));
--hover: color-mix(in srgb, var(--ink) 5%, transparent);
--sent: color-mix(in srgb, var(--primary) 17%, var(--surface));
--round: 20px;
--font: var(--ha-font-family-body, var(--paper-font-common-base_-_font-family, Roboto, Noto, sans-serif));
display: block;
color: var(--ink);
font-family: var(--font);
font-size: 14px;
line-height: 1.45;
-webkit-font-smoothing: antialiased;
-webkit-tap-highlight-color: transparent;
}
*,
*::before,
*::after {
box-sizing: border-box;
}
[hidden] {
display: none !important;
}
.icon {
width: 24px;
height: 24px;
fill: currentColor;
flex: none;
display: block;
}
button,
input,
textarea,
select {
font: inherit;
color: inherit;
margin: 0;
}
button {
background: none;
border: 0;
padding: 0;
cursor: pointer;
text-align: inherit;
}
button:disabled {
cursor: default;
opacity: 0.45;
}
a {
color: inherit;
text-decoration: none;
}
:focus {
outline: none;
}
:focus-visible {
outline: 2px solid var(--link);
outline-offset: 2px;
}
.round {
display: inline-grid;
place-items: center;
width: 44px;
height: 44px;
border-radius: 50%;
flex: none;
color: var(--ink-2);
transition: background-color 0.15s;
}
.round:hover:not(:disabled),
.round[aria-expanded="true"] {
background: var(--hover);
color: var(--ink);
}
.round:focus-visible {
outline-offset: -3px;
}
.filled,
.outlined {
display: inline-flex;
align-items: center;
justify-content: center;
gap: 8px;
min-height: 40px;
padding: 0 18px;
border-radius: 20px;
font-weight: 500;
white-space: nowrap;
}
.filled {
background: var(--fill);
color: var(--fill-ink);
}
.filled:hover:not(:disabled) {
background: color-mix(in srgb, var(--fill) 88%, black);
}
.outlined {
color: var(--link);
border: 1px solid var(--line);
}
.outlined:hover:not(:disabled) {
background: var(--hover);
}
.filled .icon,
.outlined .icon {
width: 20px;
height: 20px;
margin-inline-start: -4px;
}
.textual {
color: var(--link);
font-weight: 500;
border-radius: 4px;
}
.textual:hover {
text-decoration: underline;
}
.textual[aria-disabled="true"] {
opacity: 0.5;
}
.ellipsis {
overflow: hidden;
text-overflow: ellipsis;
white-space: nowrap;
}
/* A name or preview in Arabic or Hebrew runs from right to left, and stands where all others stand. */
.ellipsis[dir="auto"],
.preview[dir="auto"] {
text-align: -webkit-match-parent;
text-align: match-parent;
}
.for-readers {
position: absolute;
width: 1px;
height: 1px;
overflow: hidden;
clip-path: inset(50%);
white-space: nowrap;
}
.field {
width: 100%;
min-height: 44px;
padding: 10px 14px;
border: 1px solid var(--line);
border-radius: 12px;
background: var(--surface);
font-size: 16px;
color-scheme: light dark;
}
.field:focus-visible {
outline-offset: -1px;
}
.field[aria-invalid="true"] {
border-color: var(--bad);
}
.fault {
color: var(--bad);
font-size: 13px;
}
.avatar {
display: grid;
place-items: center;
width: 44px;
height: 44px;
border-radius: 50%;
flex: none;
color: #fff;
font-size: 18px;
font-weight: 500;
user-select: none;
background: oklch(0.5 0.13 var(--hue, 250));
}
.avatar.plain {
background: color-mix(in srgb, var(--ink-2) 16%, var(--surface));
color: var(--ink-2);
}
.badge {
min-width: 20px;
padding: 0 6px;
border-radius: 10px;
background: var(--fill);
color: var(--fill-ink);
font-size: 12px;
line-height: 20px;
text-align: center;
}
.delivered {
color: var(--good);
}
.failed {
color: var(--bad);
}
.waiting,
.unclear {
color: var(--warn);
}
.accepted,
.going,
.scheduled,
.ended,
.received {
color: var(--ink-2);
}
dialog {
width: min(440px, calc(100vw - 32px));
padding: 24px;
border: 0;
border-radius: 24px;
background: var(--surface);
color: var(--ink);
box-shadow: 0 8px 40px rgb(0 0 0 / 35%);
}
dialog::backdrop {
background: rgb(0 0 0 / 45%);
}
dialog h2 {
margin: 0 0 12px;
font-size: 20px;
font-weight: 500;
}
dialog p {
margin: 0 0 12px;
}
dialog .actions {
display: flex;
flex-wrap: wrap-reverse;
justify-content: flex-end;
gap: 8px;
margin-top: 20px;
}
/* Where the system sets the colours, there are no backgrounds and shadows: borders say the same. */
@media (forced-colors: active) {
.filled,
.send,
.search,
.badge,
.token {
border: 1px solid;
}
[aria-pressed="true"],
[aria-current="true"],
[aria-selected="true"],
.highlighted .bubble {
border: 3px solid Highlight !important;
}
}
@media (prefers-reduced-motion: no-preference) {
.appears {
animation: appears 0.18s ease-out;
}
@keyframes appears {
from {
opacity: 0;
transform: translateY(6px);
}
}
}
@media (prefers-reduced-motion: reduce) {
* {
animation: none !important;
transition: none !important;
}
}
`,s0=u`
:host {
display: flex;
flex-direction: column;
min-height: 0;
min-width: 0;
background: var(--surface);
}
header {
display: flex;
align-items: center;
gap: 8px;
min-height: 64px;
padding: 6px 20px;
flex: none;
}
`;var E2=36e5,N2=matchMedia("(pointer: coarse) and (hover: none)"),R1=new Set,p1=new Set,m=class extends S{constructor(){super(...arguments);this.draftKey="";this.to=[];this.logged=new Set;this.recipientName="";this.signature="";this.charset="utf-8";this.recipientCount=1;this.offline=!1;this.readonly=!1;this._draft=A1;this._isScheduling=!1;this._fault="";this._timeFault="";this._notice=""}connectedCallback(){super.connectedCallback(),p1.add(this)}disconnectedCallback(){super.disconnectedCallback(),p1.delete(this)}get _isSending(){return R1.has(this.draftKey)}willUpdate(H){H.has("draftKey")&&(this._draft=T1(this.draftKey),this._isScheduling=!1,this._fault=this._timeFault=this._notice=""),this._isSending||this._settle()}_settle(){let H=_2(this._draft,this.logged);H!==this._draft&&(this._fault="");let V=q(H);V!==this._draft&&this._change(V)}updated(){this._field.value!==this._draft.text&&(this._field.value=this._draft.text)}focus(){this._field?.focus()}get text(){return this._draft.text}render(){let{t:H}=this.i18n,V=this.offline?H("composer.offline"):this._fault;return o`
<form novalidate @submit=${this._onSubmit}>
${this._isScheduling&&!this.readonly?this._schedule():a}
<div class="row">
${this.readonly?a:this._scheduleButton()}
<div class="growing" data-text=${this._draft.text}><textarea
rows="1" dir="auto" enterkeyhint=${N2.matches?"enter":"send"} autocomplete="off" placeholder=${H("composer.placeholder")}
aria-label=${this.recipientName?H("composer.to",{name:this.recipientName}):H("composer.label")}
aria-describedby="counts fault" aria-invalid=${this._fault?"true":"false"} ?readonly=${this.readonly}
@input=${this._onInput} @keydown=${this._onKey}
></textarea></div>
${this.readonly?a:this._sendButton()}
</div>
<div class="below">
<span class="fault" id="fault" role="alert">${V}</span>
${V?a:o`<span class="hint">${this._hint()}</span>`}
<span class="counts" id="counts">${this._counts()}</span>
</div>
</form>
`}_scheduleButton(){let H=this.i18n.t("composer.schedule");return o`<button
type="button" class="round ${this._draft.sendAt?"chosen":""}" aria-label=${H} title=${H}
aria-expanded=${this._isScheduling?"true":"false"} @click=${this._toggleSchedule}
>${v(Z.clock)}</button>`}_sendButton(){let H=this.i18n.t(this._draft.sendAt?"composer.send_scheduled":"composer.send");return o`<button
type="submit" class="send ${a1(this._draft.text)?"idle":""}" aria-label=${H} title=${H}
aria-disabled=${this.offline||this._isSending?"true":"false"}
>${v(this._draft.sendAt?Z.clock:Z.send)}</button>`}_hint(){let{t:H}=this.i18n;return this._isSending?H("composer.sending"):this.readonly?"":this._draft.sendAt&&!this._isScheduling?o`<button type="button" class="textual" @click=${this._toggleFromElsewhere}>${H("composer.scheduled_for",{time:this.i18n.moment(this.i18n.instantOf(this._draft.sendAt))})}</button>`:this._notice?this._notice:this.signature?H("composer.signature",{signature:this.signature}):""}_counts(){if(a1(this._draft.text))return a;let{t:H}=this.i18n,{characters:V,room:M,texts:r,lacking:e}=k2(this._draft.text,this.signature,this.charset),t=H(this.recipientCount>1?"composer.texts_each":"composer.texts",{n:r});return o`${e?o`<span class="unclear">${H("composer.lacking",{n:e})}</span> · `:a}<span
aria-label=${H("composer.count_label",{characters:V,room:M})} role="img"
>${H("composer.count",{characters:V,room:M})}</span> · ${t}`}_schedule(){let{t:H}=this.i18n,{dayOf:V,fieldOf:M,instantOf:r}=this.i18n,e=V(new Date),t=V(new Date(Date.parse(r(`${e}T12:00`))+24*E2)),i=[["hour",M(new Date(Date.now()+E2))],["evening",`${e}T20:00`],["tomorrow",`${t}T08:00`]];return o`
<div class="schedule appears">
${i.filter(([,A])=>Date.parse(r(A))>Date.now()).map(([A,n])=>o`<button
type="button" class="chip" @click=${()=>this._setTime(n)}
>${H(`composer.schedule_${A}`)}<small>${this.i18n.time(r(n))}</small></button>`)}
<label class="when"><span class="for-readers">${H("composer.schedule_at")}</span><input
type="datetime-local" class="field" .value=${this._draft.sendAt} min=${M(new Date)} max="9999-12-31T23:59"
aria-invalid=${this._timeFault?"true":"false"} aria-describedby="time-fault"
@input=${A=>this._setTime(A.target.value)}
/></label>
${this._draft.sendAt?o`<button type="button" class="textual" @click=${()=>{this._setTime(""),this._toggleFromElsewhere()}}>${H("composer.schedule_remove")}</button>`:a}
<small class="final">${H("composer.schedule_final")}</small>
<span class="fault" id="time-fault" role="alert">${this._timeFault}</span>
</div>
`}_toggleSchedule(){this._isScheduling=!this._isScheduling}_toggleFromElsewhere(){this._toggleSchedule(),this.renderRoot.querySelector(".round")?.focus()}_setTime(H){this._timeFault="",this._change({sendAt:H})}_onInput(){this._fault=this._notice="",this._change({text:this._field.value})}_change(H){this._draft={...this._draft,...H},F1(this.draftKey,this._draft)}_changeOf(H,V){let M=[...p1].filter(({draftKey:r})=>r===H);M.length||F1(H,V(T1(H)));for(let r of M)r._change(V(r._draft))}_onKey(H){H.key!=="Enter"||H.shiftKey||N2.matches||H.isComposing||H.keyCode===229||(H.preventDefault(),this._send())}_onSubmit(H){H.preventDefault(),this._send()}async _send(){if(this.offline||this.readonly||this._isSending||this._hasFault())return;let{text:H,sendAt:V}=this._draft,M={text:H,sendAt:V,to:this.to},r=D2(this._draft,M)??e1(),e=this.draftKey;this._change({text:"",attempt:{callId:r,...M},isPending:!0}),R1.add(e);try{let t=await this.submit({callId:r,message:H,sendAt:V?this.i18n.instantOf(V):null});this._finish(e,t)}catch(t){this._fail(e,t)}finally{R1.delete(e);for(let t of p1)t.requestUpdate()}}_hasFault(){this._fault=a1(this._draft.text)?this.i18n.t("composer.empty"):"";let H=this._draft.sendAt!==""&&Date.parse(this.i18n.instantOf(this._draft.sendAt))<=Date.now(),V=this._timeField?.validity.badInput===!0;return this._timeFault=V?this.i18n.t("composer.incomplete"):H?this.i18n.t("composer.past"):"",this._isScheduling||=H,this._fault!==""||this._timeFault!==""}_finish(H,V){if(!V||V.errors.length){this._changeOf(H,M=>({...q(M),attempt:null})),V&&H===this.draftKey&&this._show(V.errors);return}this._changeOf(H,M=>({...M,attempt:null,isPending:!1,sendAt:""})),this._isScheduling=!1,this._notice=V.replaced_characters?this.i18n.t("composer.replaced",{n:V.replaced_characters}):""}_show(H){let V=M=>this.i18n.sentences(H.filter(({field:r})=>r==="send_at"===M).map(({message:r})=>r));this._fault=V(!1),this._timeFault=V(!0),this._isScheduling||=this._timeFault!==""}_fail(H,V){if(this._changeOf(H,q),H!==this.draftKey)return;let M=V instanceof O&&V.code==="offline",r=V instanceof Error?V.message:"";this._fault=M?this.i18n.t("composer.lost"):this.i18n.t("composer.failed",{reason:r})}static{this.styles=[d1,u`
:host {
background: var(--surface);
}
form {
max-width: 960px;
margin: 0 auto;
padding: 10px 12px 8px;
}
.row {
display: flex;
align-items: flex-end;
gap: 6px;
}
/* The same text behind the field makes it as high as its text is, however wide it is. */
.growing {
flex: 1;
display: grid;
grid-template-columns: minmax(0, 1fr);
}
.growing::after {
content: attr(data-text) " ";
visibility: hidden;
overflow: hidden;
white-space: pre-wrap;
overflow-wrap: break-word;
}
textarea,
.growing::after {
grid-area: 1 / 1;
min-height: 44px;
max-height: min(40dvh, 260px);
padding: 10px 16px;
border: 1px solid var(--line);
font-size: 16px;
line-height: 22px;
}
textarea {
border-radius: 22px;
background: var(--canvas);
resize: none;
overflow-y: auto;
overscroll-behavior: contain;
}
textarea::placeholder {
color: var(--ink-2);
opacity: 1;
}
textarea:focus-visible {
outline-offset: -1px;
}
.send {
display: grid;
place-items: center;
width: 44px;
height: 44px;
border-radius: 50%;
flex: none;
background: var(--fill);
color: var(--fill-ink);
transition: background-color 0.15s, color 0.15s;
}
.send .icon {
width: 22px;
height: 22px;
}
.send.idle {
background: color-mix(in srgb, var(--ink-2) 14%, var(--surface));
color: var(--ink-2);
}
.send[aria-disabled="true"] {
opacity: 0.5;
}
.chosen {
color: var(--link);
background: var(--tint);
}
.below {
display: flex;
flex-wrap: wrap;
justify-content: space-between;
gap: 0 12px;
min-height: 22px;
padding: 4px 12px 0 66px;
font-size: 12px;
color: var(--ink-2);
}
.counts {
margin-inline-start: auto;
font-variant-numeric: tabular-nums;
text-align: end;
}
.fault:empty {
display: none;
}
.schedule {
display: flex;
flex-wrap: wrap;
align-items: center;
gap: 8px;
padding: 2px 4px 10px;
}
.chip {
display: inline-flex;
align-items: baseline;
gap: 6px;
min-height: 36px;
line-height: 34px;
padding: 0 14px;
border: 1px solid var(--line);
border-radius: 18px;
}
.chip:hover {
background: var(--hover);
}
.chip small {
color: var(--ink-2);
font-size: 12px;
}
.when .field {
width: auto;
min-height: 36px;
padding: 4px 10px;
font-size: 14px;
}
.final {
flex-basis: 100%;
font-size: 12px;
color: var(--ink-2);
}
@media (max-width: 480px) {
.below {
padding-inline: 12px;
}
}
`]}};d([l({attribute:!1})],m.prototype,"i18n",2),d([l({attribute:!1})],m.prototype,"submit",2),d([l()],m.prototype,"draftKey",2),d([l({attribute:!1})],m.prototype,"to",2),d([l({attribute:!1})],m.prototype,"logged",2),d([l()],m.prototype,"recipientName",2),d([l()],m.prototype,"signature",2),d([l()],m.prototype,"charset",2),d([l({type:Number})],m.prototype,"recipientCount",2),d([l({type:Boolean})],m.prototype,"offline",2),d([l({type:Boolean})],m.prototype,"readonly",2),d([x()],m.prototype,"_draft",2),d([x()],m.prototype,"_isScheduling",2),d([x()],m.prototype,"_fault",2),d([x()],m.prototype,"_timeFault",2),d([x()],m.prototype,"_notice",2),d([G("textarea")],m.prototype,"_field",2),d([G("input[type=datetime-local]")],m.prototype,"_timeField",2);function I2({accepted:L,queued:C,rejected:H,unconfirmed:V,not_sent:M},{t:r}){return r("composer.unrecorded",{accepted:L,queued:C,total:L+C+H+V+M})}function $2(L,C,H){let V=L.find(r=>r.direction==="in"&&r.id>H),M=[];for(let r of L){let e=C(r.at),t=M.at(-1);t?.day!==e&&(t={day:e,entries:[]},M.push(t));let i=r===V;t.entries.push({item:r,startsUnread:i,continues:!i&&J5(r,t.entries.at(-1)?.item)})}return M}function J5(L,C){return C?.direction!==L.direction||C.mobile!==L.mobile?!1:Math.abs(Date.parse(L.at)-Date.parse(C.at))<3e5}function W2(L){return new Set(L.flatMap(({call_id:C})=>C??[]))}function Y5(L){let C=(...H)=>`/${H.map(V=>encodeURIComponent(V)).join("/")}`;switch(L.name){case"list":return"";case"new":return"/new";case"recipient":return L.item===null?C("recipient",L.entry,L.id):C("recipient",L.entry,L.id,L.item);case"unreadable":return C(L.name,L.entry);default:return C(L.name,L.entry,L.item)}}function U2(L){let C=L.config_entry_id;return L.kind==="unreadable"?{name:"unreadable",entry:C}:L.kind==="recipient"?{name:"recipient",entry:C,id:L.conversation_id,item:null}:L.last?{name:"number",entry:C,item:L.last.id}:{name:"list"}}function G2({panels:L}){return`/${Object.values(L).find(({config:H})=>H?._panel_custom?.name==="smsadmin-panel")?.url_path??"smsadmin"}`}function Q2(L,C,H=!1){let V=L+Y5(C);V!==location.pathname&&(H?history.replaceState(history.state,"",V):history.pushState({from:location.pathname},"",V),window.dispatchEvent(new CustomEvent("location-changed",{detail:{replace:H}})))}function _1(L){let C=L.getBoundingClientRect().top;for(let H of L.querySelectorAll("li[data-id]")){let V=H.getBoundingClientRect();if(V.bottom>=C)return{id:H.dataset.id??"",top:V.top-C}}return null}function C3(L,C){return L.querySelector(`li[data-id="${C}"]`)}function H3(L,C,H){let V=C.getBoundingClientRect().top-L.getBoundingClientRect().top-H;V&&(L.scrollTop+=V)}function z2(L,{id:C,top:H}){let V=C3(L,C);V&&H3(L,V,H)}function D1({scrollHeight:L,clientHeight:C}){return`${L}/${C}`}function q2({scrollHeight:L,scrollTop:C,clientHeight:H}){return L-C-H}var K2={queued:"Waiting",queued_until:"Waiting, tried until {time}",scheduled:"Scheduled for {time}",submitting:"On its way",accepted:"Accepted",rejected:"Rejected",unconfirmed:"No clear answer, it may or may not arrive",not_sent:"Not sent",cancelled:"Cancelled",delivered:"Delivered",delivered_at:"Delivered {time}",expired:"Not delivered: expired",undeliverable:"Not delivered: undeliverable",unknown:"The network does not know",blacklisted:"Not delivered: the number is blacklisted",busy:"The network is busy",other:"Reported as something else",received:"Received",quarantined:"Could not be read",with_reason:"{state}: {reason}",progress:"{delivered} of {total} delivered",failed_of:"{n} failed",unclear_of:"{n} unclear",push:"pushed",pull:"fetched",cancel:"Cancel",send_again:"Send again",why:"Why?",answers:"Answers",details:"Details",unread_below:"New",group:{one:"{n} number",other:"{n} numbers"}},j2={title:"Did it arrive?",explanation:"The platform got the text, or a part of it, but its answer never came or can't be understood. It may have sent the text. A delivery report will settle it, usually within ten minutes.",risk:"If you send it again now, it may arrive twice, and be charged twice.",confirm:"Send again anyway",dismiss:"Wait for the report"},X2={label:"Text",placeholder:"Write a text",to:"Text to {name}",send:"Send",send_scheduled:"Schedule",schedule:"Send later",schedule_at:"Time to send",schedule_hour:"In an hour",schedule_evening:"This evening",schedule_tomorrow:"Tomorrow morning",schedule_remove:"Don't schedule",schedule_final:"Once the platform has accepted it, a scheduled text can't be cancelled.",scheduled_for:"Goes out {time}",signature:"【{signature}】 is put in front",count:"{characters} of {room}",count_label:"{characters} of {room} characters, signature included",texts:{one:"{n} text",other:"{n} texts"},texts_each:{one:"{n} text each",other:"{n} texts each"},lacking:{one:"{n} character will arrive as ?",other:"{n} characters will arrive as ?"},empty:"Write something first.",incomplete:"Enter both a date and a time.",past:"This time has passed.",sending:"Sending …",offline:"No connection to Home Assistant. What you typed is kept.",lost:"The connection was lost while sending. Send it again: it can't go out twice.",failed:"Not sent: {reason}",replaced:{one:"{n} character was replaced, since the account's character set lacks it.",other:"{n} characters were replaced, since the account's character set lacks them."},unrecorded:"Accepted for {accepted} of {total} numbers, waiting for {queued}. The message log does not work, so this text is not shown here.",read_only:"You can read this, but not write."},J2={offline:"No connection to Home Assistant",offline_hint:"This page goes on as soon as it is back.",not_found:"This conversation is not there any more",not_found_hint:"The account or the recipient was removed, or is not shared with you.",log_failed:"The message log does not work",failed:"This did not work",retry:"Try again",back:"Back to the list"};var Y2={name:"SMSAdmin conversation",description:"The last texts with one recipient, what became of them, and a field to write.",entity:"Recipient",texts:"Number of texts",write:"Show the field to write",missing:"Choose a recipient of SMSAdmin.",open:"Open the conversation",none:"No texts yet"};var C5={queued:"等待发送",queued_until:"等待平台恢复，{time} 前会继续尝试",scheduled:"定时 {time} 发送",submitting:"正在发送",accepted:"平台已受理",rejected:"被拒绝",unconfirmed:"结果未知，可能送达，也可能没有",not_sent:"未发出",cancelled:"已取消",delivered:"已送达",delivered_at:"{time} 已送达",expired:"未送达：已过期",undeliverable:"未送达：号码不可达",unknown:"状态未知",blacklisted:"未送达：黑名单号码",busy:"系统忙",other:"其他状态",received:"已收到",quarantined:"无法识别",with_reason:"{state}：{reason}",progress:"{delivered}/{total} 已送达",failed_of:"{n} 个失败",unclear_of:"{n} 个结果未知",push:"推送",pull:"轮询",cancel:"取消发送",send_again:"重新发送",why:"为什么？",answers:"回复",details:"详情",unread_below:"新短信",group:{other:"{n} 个号码"}},H5={title:"送达了吗？",explanation:"这条短信（或其中一部分）可能已经到达平台，但平台没有应答，或应答无法识别，所以短信可能已经发出。状态报告会给出结果，通常在十分钟之内。",risk:"现在重新发送，对方可能收到两次，也可能计费两次。",confirm:"仍要重新发送",dismiss:"等待状态报告"},V5={label:"短信内容",placeholder:"短信内容",to:"发给{name}的短信",send:"发送",send_scheduled:"定时发送",schedule:"设置发送时间",schedule_at:"发送时间",schedule_hour:"一小时后",schedule_evening:"今晚",schedule_tomorrow:"明早",schedule_remove:"取消定时",schedule_final:"定时短信在平台受理后无法取消。",scheduled_for:"将于{time}发送",signature:"前面加上【{signature}】",count:"{characters}/{room} 字",count_label:"共 {characters} 字，上限 {room} 字，含签名",texts:{other:"{n} 条"},texts_each:{other:"每人 {n} 条"},lacking:{other:"{n} 个字符会变成 ?"},empty:"请先输入短信内容。",incomplete:"请填写完整的日期和时间。",past:"这个时间已经过去。",sending:"正在发送…",offline:"与 Home Assistant 的连接已断开。已输入的内容会保留。",lost:"发送时连接断开。可以再次发送，不会重复发出。",failed:"未发出：{reason}",replaced:{other:"有 {n} 个字符不在账户的字符编码之中，已被替换。"},unrecorded:"共 {total} 个号码：平台已受理 {accepted} 个，等待发送 {queued} 个。短信记录无法使用，因此这条短信不会显示在这里。",read_only:"您可以查看，但不能发送短信。"},L5={offline:"与 Home Assistant 的连接已断开",offline_hint:"恢复连接后，页面会自动继续。",not_found:"这个对话已不存在",not_found_hint:"账户或收件人已被删除，或没有向您开放。",log_failed:"短信记录无法使用",failed:"操作未成功",retry:"重试",back:"返回列表"};var M5={name:"SMSAdmin 短信对话",description:"显示与一位收件人的最近短信及其状态，并可直接回复。",entity:"收件人",texts:"短信条数",write:"显示输入框",missing:"请选择 SMSAdmin 的收件人。",open:"打开对话",none:"还没有短信"};var r5={queued:"等待傳送",queued_until:"等待平台恢復，{time} 前會持續嘗試",scheduled:"排定 {time} 傳送",submitting:"正在傳送",accepted:"平台已受理",rejected:"遭拒絕",unconfirmed:"結果未知，可能送達，也可能沒有",not_sent:"未傳送",cancelled:"已取消",delivered:"已送達",delivered_at:"{time} 已送達",expired:"未送達：已過期",undeliverable:"未送達：號碼無法送達",unknown:"狀態未知",blacklisted:"未送達：黑名單號碼",busy:"系統忙碌",other:"其他狀態",received:"已收到",quarantined:"無法辨識",with_reason:"{state}：{reason}",progress:"{delivered}/{total} 已送達",failed_of:"{n} 個失敗",unclear_of:"{n} 個結果未知",push:"推送",pull:"輪詢",cancel:"取消傳送",send_again:"重新傳送",why:"為什麼？",answers:"回覆",details:"詳細資訊",unread_below:"新簡訊",group:{other:"{n} 個號碼"}},e5={title:"送達了嗎？",explanation:"這則簡訊（或其中一部分）可能已經到達平台，但平台沒有回應，或回應無法辨識，所以簡訊可能已經傳送。狀態報告會給出結果，通常在十分鐘之內。",risk:"現在重新傳送，對方可能收到兩次，也可能計費兩次。",confirm:"仍要重新傳送",dismiss:"等待狀態報告"},t5={label:"簡訊內容",placeholder:"簡訊內容",to:"傳給{name}的簡訊",send:"傳送",send_scheduled:"排程傳送",schedule:"設定傳送時間",schedule_at:"傳送時間",schedule_hour:"一小時後",schedule_evening:"今晚",schedule_tomorrow:"明早",schedule_remove:"取消排程",schedule_final:"排程簡訊在平台受理後無法取消。",scheduled_for:"將於{time}傳送",signature:"前面加上【{signature}】",count:"{characters}/{room} 字",count_label:"共 {characters} 字，上限 {room} 字，含簽名",texts:{other:"{n} 則"},texts_each:{other:"每人 {n} 則"},lacking:{other:"{n} 個字元會變成 ?"},empty:"請先輸入簡訊內容。",incomplete:"請填寫完整的日期和時間。",past:"這個時間已經過去。",sending:"正在傳送…",offline:"與 Home Assistant 的連線已中斷。已輸入的內容會保留。",lost:"傳送時連線中斷。可以再次傳送，不會重複傳送。",failed:"未傳送：{reason}",replaced:{other:"有 {n} 個字元不在帳號的字元編碼之中，已被取代。"},unrecorded:"共 {total} 個號碼：平台已受理 {accepted} 個，等待傳送 {queued} 個。簡訊紀錄無法使用，因此這則簡訊不會顯示在這裡。",read_only:"您可以檢視，但不能傳送簡訊。"},i5={offline:"與 Home Assistant 的連線已中斷",offline_hint:"恢復連線後，頁面會自動繼續。",not_found:"這個對話已不存在",not_found_hint:"帳號或收件人已被移除，或沒有開放給您。",log_failed:"簡訊紀錄無法使用",failed:"操作未成功",retry:"重試",back:"返回列表"};var o5={name:"SMSAdmin 簡訊對話",description:"顯示與一位收件人的最近簡訊及其狀態，並可直接回覆。",entity:"收件人",texts:"簡訊則數",write:"顯示輸入框",missing:"請選擇 SMSAdmin 的收件人。",open:"開啟對話",none:"還沒有簡訊"};var E0=u`
.menu-holder {
position: relative;
}
.menu {
position: absolute;
inset-inline-end: 0;
top: 48px;
z-index: 5;
min-width: 210px;
padding: 8px;
border: 1px solid var(--line);
border-radius: 16px;
background: var(--surface);
box-shadow: 0 6px 24px rgb(0 0 0 / 22%);
}
.menu-title {
display: flex;
align-items: center;
gap: 8px;
padding: 6px 10px;
color: var(--ink-2);
font-size: 13px;
white-space: nowrap;
}
.menu-title .icon {
width: 18px;
height: 18px;
}
.menu button {
display: block;
width: 100%;
min-height: 40px;
padding: 8px 10px;
border-radius: 10px;
white-space: nowrap;
}
.menu button:hover,
.menu button:focus-visible {
background: var(--hover);
}
.menu button:focus-visible {
outline-offset: -2px;
}
`;function a5(L,{t:C},H){let V=document.createElement("div");L.append(V);let M=()=>V.querySelector("dialog")?.close();M1(o`<dialog aria-labelledby="question" @close=${()=>V.remove()}>
<h2 id="question">${C("unconfirmed.title")}</h2>
<p>${C("unconfirmed.explanation")}</p>
<p>${C("unconfirmed.risk")}</p>
<div class="actions">
<button type="button" class="outlined" @click=${()=>{M(),H()}}>${C("unconfirmed.confirm")}</button>
<button type="button" class="filled" autofocus @click=${M}>${C("unconfirmed.dismiss")}</button>
</div>
</dialog>`,V),V.querySelector("dialog")?.showModal()}var A5={en:{card:Y2,composer:X2,error:J2,message:K2,unconfirmed:j2},"zh-Hans":{card:M5,composer:V5,error:L5,message:C5,unconfirmed:H5},"zh-Hant":{card:o5,composer:t5,error:i5,message:r5,unconfirmed:e5}},d5="smsadmin-conversation-card",m1={texts:5,write:!0},s=class extends S{constructor(){super(...arguments);this._config=null;this._i18n=null;this._thread=null;this._error=null;this._notice="";this._expanded=new Set;this._isOffline=!1;this.preview=!1;this._hass=null;this._localeKey="";this._entity="";this._unsubscribe=null;this._resizes=new ResizeObserver(()=>this._keepPlace());this._isAtEnd=!0;this._place=null;this._size="";this._isLastSeen=!1;this._last=null;this._sights=new IntersectionObserver(H=>{this._isLastSeen=H.at(-1)?.isIntersecting===!0,this._markRead()});this._client=new r1(()=>this._hass);this._actions=new t1(this,{client:()=>this._client,i18n:()=>this._i18n,entryId:()=>this._ref?.config_entry_id??"",read:async()=>(await this._read(),this._thread?.items??[]),setNotice:H=>{this._notice=H}});this._readSoon=()=>{this._refresh??=setTimeout(()=>{this._refresh=void 0,this._read().then(()=>this._subscribe())},250)};this._send=async({callId:H,message:V,sendAt:M})=>{let r=await this._client.call("smsadmin/send",{call_id:H,config_entry_id:null,conversations:this._ref?[this._ref]:[],mobiles:[],message_ids:[],message:V,send_at:M});return this._error?.code==="log_failed"&&!r.errors.length&&this._i18n&&(this._notice=I2(r,this._i18n)),this._readSoon(),r};this._markRead=()=>{let H=this._thread,V=H?.items.at(-1);if(!(this._isLastSeen&&document.visibilityState==="visible")||!H?.conversation.unread||!V||this.preview||this._isOffline)return;let{config_entry_id:r,conversation_id:e}=H.conversation;this._thread={...H,conversation:{...H.conversation,unread:0}},this._client.call("smsadmin/read",{config_entry_id:r,conversation_id:e,up_to:V.id}).catch(()=>{})};this._onScroll=()=>{this._texts&&D1(this._texts)===this._size?this._look(this._texts):this._keepPlace()}}static getConfigForm(){let H=()=>p5(document.querySelector("home-assistant")?.hass?.language??"en");return{schema:[{name:"entity",required:!0,selector:{entity:{filter:{integration:"smsadmin",domain:"notify"}}}},{name:"texts",default:m1.texts,selector:{number:{min:1,max:50,mode:"box"}}},{name:"write",default:m1.write,selector:{boolean:{}}}],computeLabel:({name:V})=>H()[V]}}static getStubConfig(H,V=[],M=[]){let r=e=>e.startsWith("notify.")&&H.entities?.[e]?.platform==="smsadmin";return{entity:[...V,...M,...Object.keys(H.states)].find(r)??""}}setConfig(H){if(H.texts!==void 0&&!(Number(H.texts)>=1))throw new Error("texts: a number from 1 on");this._config={...m1,...H},this._hass&&this.isConnected&&this._connect()}getCardSize(){return 2+2*this._count}getGridOptions(){return{columns:12,min_columns:6,rows:Math.min(10,3+this._count),min_rows:4}}set hass(H){let V=this._hass===null;this._hass=H,R2(H.user?.id??"");let M=g2(H);M!==this._localeKey&&(this._localeKey=M,this._i18n=new i1(H,A5)),this._isOffline=!H.connected,V&&this.isConnected&&this._connect()}get _count(){return Math.min(50,Number(this._config?.texts??m1.texts))}connectedCallback(){super.connectedCallback(),document.addEventListener("visibilitychange",this._markRead),this._keepPlace(),this._hass&&this._connect()}disconnectedCallback(){super.disconnectedCallback(),document.removeEventListener("visibilitychange",this._markRead),this._resizes.disconnect(),this._sights.disconnect(),this._last=null,this._disconnect()}_connect(){this._disconnect(),this._hass?.connection.addEventListener("ready",this._readSoon);let H=this._config?.entity??"";H!==this._entity&&(this._thread=null,this._isAtEnd=!0),this._entity=H,this._error=null,H&&this._read().then(()=>this._subscribe())}_disconnect(){clearTimeout(this._refresh),this._refresh=void 0,this._hass?.connection.removeEventListener("ready",this._readSoon),this._unsubscribe?.then(H=>H?.()),this._unsubscribe=null}_subscribe(){let H=this._ref;!H||this._unsubscribe||!this.isConnected||(this._unsubscribe=this._client.subscribe(this._readSoon,H).catch(()=>{}))}get _isGone(){return this._error?.code==="not_found"}get _ref(){if(!this._thread)return null;let{config_entry_id:H,conversation_id:V}=this._thread.conversation;return{config_entry_id:H,conversation_id:V}}async _read(){let H=this._entity;try{let V=await this._client.call("smsadmin/thread",{entity_id:H,config_entry_id:null,conversation_id:null,item_id:null,before:null,after:null,around:null,since:null,limit:this._count});if(H!==this._entity)return;this._thread=V,this._error?.code==="log_failed"&&V.log_error===null&&(this._notice=""),this._error=V.log_error===null?null:new O("log_failed",V.log_error)}catch(V){H===this._entity&&(this._error=V)}}willUpdate(){this._texts&&this.isConnected&&(this._place=_1(this._texts))}updated(H){H.get("_i18n")&&this._readSoon(),this._texts&&this._resizes.observe(this._texts),this._keepPlace(),this._watchLast()}_watchLast(){let H=this.renderRoot.querySelector(".texts li:last-child .meta");H!==this._last&&(this._sights.disconnect(),this._isLastSeen=!1,this._last=H,H&&this._sights.observe(H)),this._markRead()}_keepInSight(H){this._isAtEnd=this._thread?.items.at(-1)?.id===H.id}_keepPlace(){let H=this._texts;!H||!this.isConnected||(this._isAtEnd?H.scrollTop=H.scrollHeight:this._place&&z2(H,this._place),this._look(H))}_look(H){this._size=D1(H),this._isAtEnd=q2(H)<40,this._place=_1(H)}render(){let H=this._i18n;return!H||!this._config?a:o`<ha-card>${this._config.entity?this._content(H):o`<p class="hint">${H.t("card.missing")}</p>`}</ha-card>`}_content(H){if(this._error&&!this._thread)return this._trouble(H,this._error);if(!this._thread)return o`<div class="head"><span class="avatar plain"></span></div><div class="texts"></div>`;let{conversation:V,items:M}=this._thread,r=M.slice(-this._count),e=V2(M),t=this._notice||(r.length&&this._error?this._explain(H,this._error):"");return o`
${this._head(H)}
<div class="texts" tabindex="0" role="group" aria-label=${V.name} @scroll=${this._onScroll}>
${r.length?a:this._error?.code==="log_failed"?this._trouble(H,this._error):o`<p class="hint">${H.t("card.none")}</p>`}
<ol>${$2(r,H.dayOf,Number.MAX_SAFE_INTEGER).map(({entries:i})=>i.map(({item:A,continues:n},p)=>o`
${p?a:o`<li class="day">${H.day(A.at)}</li>`}
<li data-id=${A.id}>${w2(A,this._context(A,n,e.get(A.id)??[],H))}</li>`))}</ol>
</div>
${t?o`<p class="fault notice" role="alert">${t}</p>`:a}
${this._config?.write&&V.can_send?o`<smsadmin-card-composer
.i18n=${H} .submit=${this._send} .signature=${V.signature} .charset=${this._thread.charset} .offline=${this._isOffline} .readonly=${this._isGone}
.recipientName=${V.name} .recipientCount=${V.mobiles.length}
.draftKey=${`${V.config_entry_id}/${V.conversation_id}`} .logged=${W2(M)}
></smsadmin-card-composer>`:a}
`}_head(H){let{conversation:V}=this._thread,{mobiles:M,name:r}=V,e=M.length>2?H.t("message.group",{n:M.length}):M.map(R).join(" · ");return o`<button type="button" class="head" @click=${()=>this._open()}>
${f2(V)}<span class="who-is"><span class="name ellipsis" dir="auto">${r}</span><span class="numbers ellipsis">${e}</span></span>
${V.unread?o`<span class="badge">${H.number(V.unread)}</span>`:a}
<span class="for-readers">${H.t("card.open")}</span>
</button>`}_open(){this._thread&&this._hass&&!this.preview&&Q2(G2(this._hass),U2(this._thread.conversation))}_explain({t:H},{code:V,message:M}){return V==="not_found"?`${H("error.not_found")}. ${H("error.not_found_hint")}`:V==="offline"?"":M||H("error.failed")}_trouble(H,{code:V,message:M}){let r=["offline","not_found","log_failed"].includes(V)?V:"failed",e=r==="offline"||r==="not_found"?H.t(`error.${r}_hint`):M;return o`<div class="trouble" role="alert">${v(Z.alert)}<strong>${H.t(`error.${r}`)}</strong><span>${e}</span></div>`}_context(H,V,M,r){return{i18n:r,continues:V,isExpanded:this._expanded.has(H.id),isHighlighted:!1,signature:this._thread?.conversation.signature??"",isGroup:(this._thread?.conversation.mobiles.length??0)>1,canSend:this._thread?.conversation.can_send===!0&&!this._isOffline&&!this._isGone,isBusy:this._actions.isBusy(H),failed:M,onToggle:e=>{let t=new Set(this._expanded);t.delete(e.id)||t.add(e.id),this._expanded=t,this._keepInSight(e)},onDetails:e=>{this._keepInSight(e),this._keepPlace()},onCancel:e=>{this._actions.cancel(e)},onSendAgain:e=>{this._actions.sendAgain(e,M)},onWhy:e=>a5(this.renderRoot,r,()=>{this._actions.sendAgain(e,e.numbers.filter(B1))}),onQuote:()=>this._open()}}static{this.styles=[d1,T2,u`
:host {
height: 100%;
}
ha-card {
display: flex;
flex-direction: column;
height: 100%;
overflow: hidden;
}
.head {
display: flex;
align-items: center;
gap: 12px;
min-height: 64px;
padding: 10px 16px;
flex: none;
}
button.head:hover {
background: var(--hover);
}
.head:focus-visible {
outline-offset: -3px;
}
.head .avatar {
width: 40px;
height: 40px;
}
.who-is {
display: flex;
flex-direction: column;
flex: 1;
min-width: 0;
}
.name {
font-size: 16px;
font-weight: 500;
}
.numbers {
font-size: 13px;
color: var(--ink-2);
font-variant-numeric: tabular-nums;
}
.texts {
flex: 1 1 auto;
min-height: 96px;
display: flex;
flex-direction: column;
overflow-y: auto;
padding: 0 14px 8px;
}
.texts:focus-visible {
outline-offset: -3px;
}
ol {
list-style: none;
margin: auto 0 0;
padding: 0;
}
.day {
padding-top: 8px;
text-align: center;
font-size: 12px;
color: var(--ink-2);
}
.bubble {
max-width: 88%;
}
.hint {
margin: 0;
padding: 20px 16px;
text-align: center;
color: var(--ink-2);
}
.notice {
margin: 0;
padding: 6px 16px;
}
smsadmin-card-composer {
flex: none;
border-top: 1px solid var(--line);
}
.trouble {
display: grid;
justify-items: center;
gap: 6px;
padding: 24px 16px;
text-align: center;
color: var(--ink-2);
}
.trouble strong {
font-weight: 500;
color: var(--ink);
}
.trouble .icon {
color: var(--warn);
}
`]}};d([x()],s.prototype,"_config",2),d([x()],s.prototype,"_i18n",2),d([x()],s.prototype,"_thread",2),d([x()],s.prototype,"_error",2),d([x()],s.prototype,"_notice",2),d([x()],s.prototype,"_expanded",2),d([x()],s.prototype,"_isOffline",2),d([l({type:Boolean})],s.prototype,"preview",2),d([G(".texts")],s.prototype,"_texts",2),d([l({attribute:!1,noAccessor:!0})],s.prototype,"hass",1);customElements.whenDefined("home-assistant").then(()=>{customElements.define("smsadmin-card-composer",class extends m{}),customElements.define(d5,s)});function p5(L){return A5[F(L)].card}var{name:V3,description:L3}=p5(document.documentElement.lang||navigator.language),m5=window;m5.customCards??=[];m5.customCards.push({type:d5,name:V3,description:L3,preview:!0});export{s as ConversationCard};
