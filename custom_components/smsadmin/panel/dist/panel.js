var e3=Object.defineProperty;var r3=Object.getOwnPropertyDescriptor;var a=(M,V,C,H)=>{for(var L=H>1?void 0:H?r3(V,C):V,e=M.length-1,r;e>=0;e--)(r=M[e])&&(L=(H?r(V,C,L):r(L))||L);return H&&L&&e3(V,C,L),L};var x1=globalThis,s1=x1.ShadowRoot&&(x1.ShadyCSS===void 0||x1.ShadyCSS.nativeShadow)&&"adoptedStyleSheets"in Document.prototype&&"replace"in CSSStyleSheet.prototype,K1=Symbol(),u2=new WeakMap,L1=class{constructor(V,C,H){if(this._$cssResult$=!0,H!==K1)throw Error("CSSResult is not constructable. Use `unsafeCSS` or `css` instead.");this.cssText=V,this.t=C}get styleSheet(){let V=this.o,C=this.t;if(s1&&V===void 0){let H=C!==void 0&&C.length===1;H&&(V=u2.get(C)),V===void 0&&((this.o=V=new CSSStyleSheet).replaceSync(this.cssText),H&&u2.set(C,V))}return V}toString(){return this.cssText}},Z2=M=>new L1(typeof M=="string"?M:M+"",void 0,K1),f=(M,...V)=>{let C=M.length===1?M[0]:V.reduce((H,L,e)=>H+(r=>{if(r._$cssResult$===!0)return r.cssText;if(typeof r=="number")return r;throw Error("Value passed to 'css' function must be a 'css' function result: "+r+". Use 'unsafeCSS' to pass non-literal values, but take care to ensure page security.")})(L)+M[e+1],M[0]);return new L1(C,M,K1)},c2=(M,V)=>{if(s1)M.adoptedStyleSheets=V.map(C=>C instanceof CSSStyleSheet?C:C.styleSheet);else for(let C of V){let H=document.createElement("style"),L=x1.litNonce;L!==void 0&&H.setAttribute("nonce",L),H.textContent=C.cssText,M.appendChild(H)}},j1=s1?M=>M:M=>M instanceof CSSStyleSheet?(V=>{let C="";for(let H of V.cssRules)C+=H.cssText;return Z2(C)})(M):M;var{is:t3,defineProperty:i3,getOwnPropertyDescriptor:o3,getOwnPropertyNames:a3,getOwnPropertySymbols:A3,getPrototypeOf:n3}=Object,u1=globalThis,S2=u1.trustedTypes,d3=S2?S2.emptyScript:"",p3=u1.reactiveElementPolyfillSupport,M1=(M,V)=>M,e1={toAttribute(M,V){switch(V){case Boolean:M=M?d3:null;break;case Object:case Array:M=M==null?M:JSON.stringify(M)}return M},fromAttribute(M,V){let C=M;switch(V){case Boolean:C=M!==null;break;case Number:C=M===null?null:Number(M);break;case Object:case Array:try{C=JSON.parse(M)}catch{C=null}}return C}},Z1=(M,V)=>!t3(M,V),h2={attribute:!0,type:String,converter:e1,reflect:!1,useDefault:!1,hasChanged:Z1};Symbol.metadata??=Symbol("metadata"),u1.litPropertyMetadata??=new WeakMap;var F=class extends HTMLElement{static addInitializer(V){this._$Ei(),(this.l??=[]).push(V)}static get observedAttributes(){return this.finalize(),this._$Eh&&[...this._$Eh.keys()]}static createProperty(V,C=h2){if(C.state&&(C.attribute=!1),this._$Ei(),this.prototype.hasOwnProperty(V)&&((C=Object.create(C)).wrapped=!0),this.elementProperties.set(V,C),!C.noAccessor){let H=Symbol(),L=this.getPropertyDescriptor(V,H,C);L!==void 0&&i3(this.prototype,V,L)}}static getPropertyDescriptor(V,C,H){let{get:L,set:e}=o3(this.prototype,V)??{get(){return this[C]},set(r){this[C]=r}};return{get:L,set(r){let t=L?.call(this);e?.call(this,r),this.requestUpdate(V,t,H)},configurable:!0,enumerable:!0}}static getPropertyOptions(V){return this.elementProperties.get(V)??h2}static _$Ei(){if(this.hasOwnProperty(M1("elementProperties")))return;let V=n3(this);V.finalize(),V.l!==void 0&&(this.l=[...V.l]),this.elementProperties=new Map(V.elementProperties)}static finalize(){if(this.hasOwnProperty(M1("finalized")))return;if(this.finalized=!0,this._$Ei(),this.hasOwnProperty(M1("properties"))){let C=this.properties,H=[...a3(C),...A3(C)];for(let L of H)this.createProperty(L,C[L])}let V=this[Symbol.metadata];if(V!==null){let C=litPropertyMetadata.get(V);if(C!==void 0)for(let[H,L]of C)this.elementProperties.set(H,L)}this._$Eh=new Map;for(let[C,H]of this.elementProperties){let L=this._$Eu(C,H);L!==void 0&&this._$Eh.set(L,C)}this.elementStyles=this.finalizeStyles(this.styles)}static finalizeStyles(V){let C=[];if(Array.isArray(V)){let H=new Set(V.flat(1/0).reverse());for(let L of H)C.unshift(j1(L))}else V!==void 0&&C.push(j1(V));return C}static _$Eu(V,C){let H=C.attribute;return H===!1?void 0:typeof H=="string"?H:typeof V=="string"?V.toLowerCase():void 0}constructor(){super(),this._$Ep=void 0,this.isUpdatePending=!1,this.hasUpdated=!1,this._$Em=null,this._$Ev()}_$Ev(){this._$ES=new Promise(V=>this.enableUpdating=V),this._$AL=new Map,this._$E_(),this.requestUpdate(),this.constructor.l?.forEach(V=>V(this))}addController(V){(this._$EO??=new Set).add(V),this.renderRoot!==void 0&&this.isConnected&&V.hostConnected?.()}removeController(V){this._$EO?.delete(V)}_$E_(){let V=new Map,C=this.constructor.elementProperties;for(let H of C.keys())this.hasOwnProperty(H)&&(V.set(H,this[H]),delete this[H]);V.size>0&&(this._$Ep=V)}createRenderRoot(){let V=this.shadowRoot??this.attachShadow(this.constructor.shadowRootOptions);return c2(V,this.constructor.elementStyles),V}connectedCallback(){this.renderRoot??=this.createRenderRoot(),this.enableUpdating(!0),this._$EO?.forEach(V=>V.hostConnected?.())}enableUpdating(V){}disconnectedCallback(){this._$EO?.forEach(V=>V.hostDisconnected?.())}attributeChangedCallback(V,C,H){this._$AK(V,H)}_$ET(V,C){let H=this.constructor.elementProperties.get(V),L=this.constructor._$Eu(V,H);if(L!==void 0&&H.reflect===!0){let e=(H.converter?.toAttribute!==void 0?H.converter:e1).toAttribute(C,H.type);this._$Em=V,e==null?this.removeAttribute(L):this.setAttribute(L,e),this._$Em=null}}_$AK(V,C){let H=this.constructor,L=H._$Eh.get(V);if(L!==void 0&&this._$Em!==L){let e=H.getPropertyOptions(L),r=typeof e.converter=="function"?{fromAttribute:e.converter}:e.converter?.fromAttribute!==void 0?e.converter:e1;this._$Em=L;let t=r.fromAttribute(C,e.type);this[L]=t??this._$Ej?.get(L)??t,this._$Em=null}}requestUpdate(V,C,H,L=!1,e){if(V!==void 0){let r=this.constructor;if(L===!1&&(e=this[V]),H??=r.getPropertyOptions(V),!((H.hasChanged??Z1)(e,C)||H.useDefault&&H.reflect&&e===this._$Ej?.get(V)&&!this.hasAttribute(r._$Eu(V,H))))return;this.C(V,C,H)}this.isUpdatePending===!1&&(this._$ES=this._$EP())}C(V,C,{useDefault:H,reflect:L,wrapped:e},r){H&&!(this._$Ej??=new Map).has(V)&&(this._$Ej.set(V,r??C??this[V]),e!==!0||r!==void 0)||(this._$AL.has(V)||(this.hasUpdated||H||(C=void 0),this._$AL.set(V,C)),L===!0&&this._$Em!==V&&(this._$Eq??=new Set).add(V))}async _$EP(){this.isUpdatePending=!0;try{await this._$ES}catch(C){Promise.reject(C)}let V=this.scheduleUpdate();return V!=null&&await V,!this.isUpdatePending}scheduleUpdate(){return this.performUpdate()}performUpdate(){if(!this.isUpdatePending)return;if(!this.hasUpdated){if(this.renderRoot??=this.createRenderRoot(),this._$Ep){for(let[L,e]of this._$Ep)this[L]=e;this._$Ep=void 0}let H=this.constructor.elementProperties;if(H.size>0)for(let[L,e]of H){let{wrapped:r}=e,t=this[L];r!==!0||this._$AL.has(L)||t===void 0||this.C(L,void 0,e,t)}}let V=!1,C=this._$AL;try{V=this.shouldUpdate(C),V?(this.willUpdate(C),this._$EO?.forEach(H=>H.hostUpdate?.()),this.update(C)):this._$EM()}catch(H){throw V=!1,this._$EM(),H}V&&this._$AE(C)}willUpdate(V){}_$AE(V){this._$EO?.forEach(C=>C.hostUpdated?.()),this.hasUpdated||(this.hasUpdated=!0,this.firstUpdated(V)),this.updated(V)}_$EM(){this._$AL=new Map,this.isUpdatePending=!1}get updateComplete(){return this.getUpdateComplete()}getUpdateComplete(){return this._$ES}shouldUpdate(V){return!0}update(V){this._$Eq&&=this._$Eq.forEach(C=>this._$ET(C,this[C])),this._$EM()}updated(V){}firstUpdated(V){}};F.elementStyles=[],F.shadowRootOptions={mode:"open"},F[M1("elementProperties")]=new Map,F[M1("finalized")]=new Map,p3?.({ReactiveElement:F}),(u1.reactiveElementVersions??=[]).push("2.1.2");var J1=globalThis,f2=M=>M,c1=J1.trustedTypes,g2=c1?c1.createPolicy("lit-html",{createHTML:M=>M}):void 0,Y1="$lit$",E=`lit$${Math.random().toFixed(9).slice(2)}$`,C2="?"+E,m3=`<${C2}>`,z=document,t1=()=>z.createComment(""),i1=M=>M===null||typeof M!="object"&&typeof M!="function",H2=Array.isArray,_2=M=>H2(M)||typeof M?.[Symbol.iterator]=="function",X1=`[ 	
\f\r]`,r1=/<(?:(!--|\/[^a-zA-Z])|(\/?[a-zA-Z][^>\s]*)|(\/?$))/g,O2=/-->/g,b2=/>/g,G=RegExp(`>|${X1}(?:([^\\s"'>=/]+)(${X1}*=${X1}*(?:[^ 	
\f\r"'\`<>=]|("|')|))|$)`,"g"),k2=/'/g,y2=/"/g,B2=/^(?:script|style|textarea|title)$/i,V2=M=>(V,...C)=>({_$litType$:M,strings:V,values:C}),i=V2(1),V0=V2(2),L0=V2(3),$=Symbol.for("lit-noChange"),A=Symbol.for("lit-nothing"),w2=new WeakMap,Q=z.createTreeWalker(z,129);function P2(M,V){if(!H2(M)||!M.hasOwnProperty("raw"))throw Error("invalid template strings array");return g2!==void 0?g2.createHTML(V):V}var T2=(M,V)=>{let C=M.length-1,H=[],L,e=V===2?"<svg>":V===3?"<math>":"",r=r1;for(let t=0;t<C;t++){let o=M[t],n,x,p=-1,u=0;for(;u<o.length&&(r.lastIndex=u,x=r.exec(o),x!==null);)u=r.lastIndex,r===r1?x[1]==="!--"?r=O2:x[1]!==void 0?r=b2:x[2]!==void 0?(B2.test(x[2])&&(L=RegExp("</"+x[2],"g")),r=G):x[3]!==void 0&&(r=G):r===G?x[0]===">"?(r=L??r1,p=-1):x[1]===void 0?p=-2:(p=r.lastIndex-x[2].length,n=x[1],r=x[3]===void 0?G:x[3]==='"'?y2:k2):r===y2||r===k2?r=G:r===O2||r===b2?r=r1:(r=G,L=void 0);let s=r===G&&M[t+1].startsWith("/>")?" ":"";e+=r===r1?o+m3:p>=0?(H.push(n),o.slice(0,p)+Y1+o.slice(p)+E+s):o+E+(p===-2?t:s)}return[P2(M,e+(M[C]||"<?>")+(V===2?"</svg>":V===3?"</math>":"")),H]},o1=class M{constructor({strings:V,_$litType$:C},H){let L;this.parts=[];let e=0,r=0,t=V.length-1,o=this.parts,[n,x]=T2(V,C);if(this.el=M.createElement(n,H),Q.currentNode=this.el.content,C===2||C===3){let p=this.el.content.firstChild;p.replaceWith(...p.childNodes)}for(;(L=Q.nextNode())!==null&&o.length<t;){if(L.nodeType===1){if(L.hasAttributes())for(let p of L.getAttributeNames())if(p.endsWith(Y1)){let u=x[r++],s=L.getAttribute(p).split(E),k=/([.?@])?(.*)/.exec(u);o.push({type:1,index:e,name:k[2],strings:s,ctor:k[1]==="."?h1:k[1]==="?"?f1:k[1]==="@"?g1:K}),L.removeAttribute(p)}else p.startsWith(E)&&(o.push({type:6,index:e}),L.removeAttribute(p));if(B2.test(L.tagName)){let p=L.textContent.split(E),u=p.length-1;if(u>0){L.textContent=c1?c1.emptyScript:"";for(let s=0;s<u;s++)L.append(p[s],t1()),Q.nextNode(),o.push({type:2,index:++e});L.append(p[u],t1())}}}else if(L.nodeType===8)if(L.data===C2)o.push({type:2,index:e});else{let p=-1;for(;(p=L.data.indexOf(E,p+1))!==-1;)o.push({type:7,index:e}),p+=E.length-1}e++}}static createElement(V,C){let H=z.createElement("template");return H.innerHTML=V,H}};function q(M,V,C=M,H){if(V===$)return V;let L=H!==void 0?C._$Co?.[H]:C._$Cl,e=i1(V)?void 0:V._$litDirective$;return L?.constructor!==e&&(L?._$AO?.(!1),e===void 0?L=void 0:(L=new e(M),L._$AT(M,C,H)),H!==void 0?(C._$Co??=[])[H]=L:C._$Cl=L),L!==void 0&&(V=q(M,L._$AS(M,V.values),L,H)),V}var S1=class{constructor(V,C){this._$AV=[],this._$AN=void 0,this._$AD=V,this._$AM=C}get parentNode(){return this._$AM.parentNode}get _$AU(){return this._$AM._$AU}u(V){let{el:{content:C},parts:H}=this._$AD,L=(V?.creationScope??z).importNode(C,!0);Q.currentNode=L;let e=Q.nextNode(),r=0,t=0,o=H[0];for(;o!==void 0;){if(r===o.index){let n;o.type===2?n=new Y(e,e.nextSibling,this,V):o.type===1?n=new o.ctor(e,o.name,o.strings,this,V):o.type===6&&(n=new O1(e,this,V)),this._$AV.push(n),o=H[++t]}r!==o?.index&&(e=Q.nextNode(),r++)}return Q.currentNode=z,L}p(V){let C=0;for(let H of this._$AV)H!==void 0&&(H.strings!==void 0?(H._$AI(V,H,C),C+=H.strings.length-2):H._$AI(V[C])),C++}},Y=class M{get _$AU(){return this._$AM?._$AU??this._$Cv}constructor(V,C,H,L){this.type=2,this._$AH=A,this._$AN=void 0,this._$AA=V,this._$AB=C,this._$AM=H,this.options=L,this._$Cv=L?.isConnected??!0}get parentNode(){let V=this._$AA.parentNode,C=this._$AM;return C!==void 0&&V?.nodeType===11&&(V=C.parentNode),V}get startNode(){return this._$AA}get endNode(){return this._$AB}_$AI(V,C=this){V=q(this,V,C),i1(V)?V===A||V==null||V===""?(this._$AH!==A&&this._$AR(),this._$AH=A):V!==this._$AH&&V!==$&&this._(V):V._$litType$!==void 0?this.$(V):V.nodeType!==void 0?this.T(V):_2(V)?this.k(V):this._(V)}O(V){return this._$AA.parentNode.insertBefore(V,this._$AB)}T(V){this._$AH!==V&&(this._$AR(),this._$AH=this.O(V))}_(V){this._$AH!==A&&i1(this._$AH)?this._$AA.nextSibling.data=V:this.T(z.createTextNode(V)),this._$AH=V}$(V){let{values:C,_$litType$:H}=V,L=typeof H=="number"?this._$AC(V):(H.el===void 0&&(H.el=o1.createElement(P2(H.h,H.h[0]),this.options)),H);if(this._$AH?._$AD===L)this._$AH.p(C);else{let e=new S1(L,this),r=e.u(this.options);e.p(C),this.T(r),this._$AH=e}}_$AC(V){let C=w2.get(V.strings);return C===void 0&&w2.set(V.strings,C=new o1(V)),C}k(V){H2(this._$AH)||(this._$AH=[],this._$AR());let C=this._$AH,H,L=0;for(let e of V)L===C.length?C.push(H=new M(this.O(t1()),this.O(t1()),this,this.options)):H=C[L],H._$AI(e),L++;L<C.length&&(this._$AR(H&&H._$AB.nextSibling,L),C.length=L)}_$AR(V=this._$AA.nextSibling,C){for(this._$AP?.(!1,!0,C);V!==this._$AB;){let H=f2(V).nextSibling;f2(V).remove(),V=H}}setConnected(V){this._$AM===void 0&&(this._$Cv=V,this._$AP?.(V))}},K=class{get tagName(){return this.element.tagName}get _$AU(){return this._$AM._$AU}constructor(V,C,H,L,e){this.type=1,this._$AH=A,this._$AN=void 0,this.element=V,this.name=C,this._$AM=L,this.options=e,H.length>2||H[0]!==""||H[1]!==""?(this._$AH=Array(H.length-1).fill(new String),this.strings=H):this._$AH=A}_$AI(V,C=this,H,L){let e=this.strings,r=!1;if(e===void 0)V=q(this,V,C,0),r=!i1(V)||V!==this._$AH&&V!==$,r&&(this._$AH=V);else{let t=V,o,n;for(V=e[0],o=0;o<e.length-1;o++)n=q(this,t[H+o],C,o),n===$&&(n=this._$AH[o]),r||=!i1(n)||n!==this._$AH[o],n===A?V=A:V!==A&&(V+=(n??"")+e[o+1]),this._$AH[o]=n}r&&!L&&this.j(V)}j(V){V===A?this.element.removeAttribute(this.name):this.element.setAttribute(this.name,V??"")}},h1=class extends K{constructor(){super(...arguments),this.type=3}j(V){this.element[this.name]=V===A?void 0:V}},f1=class extends K{constructor(){super(...arguments),this.type=4}j(V){this.element.toggleAttribute(this.name,!!V&&V!==A)}},g1=class extends K{constructor(V,C,H,L,e){super(V,C,H,L,e),this.type=5}_$AI(V,C=this){if((V=q(this,V,C,0)??A)===$)return;let H=this._$AH,L=V===A&&H!==A||V.capture!==H.capture||V.once!==H.once||V.passive!==H.passive,e=V!==A&&(H===A||L);L&&this.element.removeEventListener(this.name,this,H),e&&this.element.addEventListener(this.name,this,V),this._$AH=V}handleEvent(V){typeof this._$AH=="function"?this._$AH.call(this.options?.host??this.element,V):this._$AH.handleEvent(V)}},O1=class{constructor(V,C,H){this.element=V,this.type=6,this._$AN=void 0,this._$AM=C,this.options=H}get _$AU(){return this._$AM._$AU}_$AI(V){q(this,V)}},R2={M:Y1,P:E,A:C2,C:1,L:T2,R:S1,D:_2,V:q,I:Y,H:K,N:f1,U:g1,B:h1,F:O1},l3=J1.litHtmlPolyfillSupport;l3?.(o1,Y),(J1.litHtmlVersions??=[]).push("3.3.3");var b1=(M,V,C)=>{let H=C?.renderBefore??V,L=H._$litPart$;if(L===void 0){let e=C?.renderBefore??null;H._$litPart$=L=new Y(V.insertBefore(t1(),e),e,void 0,C??{})}return L._$AI(M),L};var L2=globalThis,y=class extends F{constructor(){super(...arguments),this.renderOptions={host:this},this._$Do=void 0}createRenderRoot(){let V=super.createRenderRoot();return this.renderOptions.renderBefore??=V.firstChild,V}update(V){let C=this.render();this.hasUpdated||(this.renderOptions.isConnected=this.isConnected),super.update(V),this._$Do=b1(C,this.renderRoot,this.renderOptions)}connectedCallback(){super.connectedCallback(),this._$Do?.setConnected(!0)}disconnectedCallback(){super.disconnectedCallback(),this._$Do?.setConnected(!1)}render(){return $}};y._$litElement$=!0,y.finalized=!0,L2.litElementHydrateSupport?.({LitElement:y});var v3=L2.litElementPolyfillSupport;v3?.({LitElement:y});(L2.litElementVersions??=[]).push("4.2.2");var T=M=>(V,C)=>{C!==void 0?C.addInitializer(()=>{customElements.define(M,V)}):customElements.define(M,V)};var x3={attribute:!0,type:String,converter:e1,reflect:!1,hasChanged:Z1},s3=(M=x3,V,C)=>{let{kind:H,metadata:L}=C,e=globalThis.litPropertyMetadata.get(L);if(e===void 0&&globalThis.litPropertyMetadata.set(L,e=new Map),H==="setter"&&((M=Object.create(M)).wrapped=!0),e.set(C.name,M),H==="accessor"){let{name:r}=C;return{set(t){let o=V.get.call(this);V.set.call(this,t),this.requestUpdate(r,o,M,!0,t)},init(t){return t!==void 0&&this.C(r,void 0,M,t),t}}}if(H==="setter"){let{name:r}=C;return function(t){let o=this[r];V.call(this,t),this.requestUpdate(r,o,M,!0,t)}}throw Error("Unsupported decorator location: "+H)};function m(M){return(V,C)=>typeof C=="object"?s3(M,V,C):((H,L,e)=>{let r=L.hasOwnProperty(e);return L.constructor.createProperty(e,H),r?Object.getOwnPropertyDescriptor(L,e):void 0})(M,V,C)}function d(M){return m({...M,state:!0,attribute:!1})}var j=(M,V,C)=>(C.configurable=!0,C.enumerable=!0,Reflect.decorate&&typeof V!="object"&&Object.defineProperty(M,V,C),C);function b(M,V){return(C,H,L)=>{let e=r=>r.renderRoot?.querySelector(M)??null;if(V){let{get:r,set:t}=typeof H=="object"?C:L??(()=>{let o=Symbol();return{get(){return this[o]},set(n){this[o]=n}}})();return j(C,H,{get(){let o=r.call(this);return o===void 0&&(o=e(this),(o!==null||this.hasUpdated)&&t.call(this,o)),o}})}return j(C,H,{get(){return e(this)}})}}var P=class extends Error{constructor(C,H){super(H);this.code=C}},k1=class{constructor(V){this.hass=V}async call(V,C){try{return await this.hass().callWS({type:V,language:this.hass().language,...C})}catch(H){throw u3(H)}}subscribe(V,C){let H={type:"smsadmin/subscribe",language:this.hass().language,...C};return this.hass().connection.subscribeMessage(V,H)}async download(V){let{path:C}=await this.call("smsadmin/export",V),H=Object.assign(document.createElement("a"),{href:this.hass().hassUrl(C),download:""});document.body.append(H),H.click(),H.remove()}};function u3(M){let{code:V,message:C}=M.error??M;return new P(typeof V=="string"?V:"offline",C??"")}function y1(){let V=[...crypto.getRandomValues(new Uint8Array(16))].map(C=>C.toString(16).padStart(2,"0")).join("");return[V.slice(0,8),V.slice(8,12),`4${V.slice(13,16)}`,`a${V.slice(17,20)}`,V.slice(20)].join("-")}var N={text:"",attempt:null,isPending:!1,sendAt:"",recipients:[],numbers:[],account:""},F2="";function E2(M){F2=M}function M2(M){return`smsadmin-draft:${F2}:${M}`}function I(M,V=sessionStorage){try{return{...N,...JSON.parse(V.getItem(M2(M))??"{}")}}catch{return{...N}}}function W(M,V,C=sessionStorage){let H=!V.text&&!V.isPending&&!V.sendAt&&!V.recipients.length&&!V.numbers.length;try{H?C.removeItem(M2(M)):C.setItem(M2(M),JSON.stringify(V))}catch{return}}function $2(M,V){let C=I(M);!C.text||I(V).text||(W(V,C),W(M,N))}function a1(M){return!M.attempt||!M.isPending?M:{...M,text:[M.attempt.text,M.text].filter(Boolean).join(`
`),isPending:!1}}function D2(M,V){let{attempt:C}=M;if(!C||!V.has(C.callId))return M;let{text:H}=a1(M);if(!(H===C.text||H.startsWith(`${C.text}
`)))return{...M,attempt:null};let e=M.sendAt===C.sendAt?"":M.sendAt;return{...M,text:H.slice(C.text.length+1),attempt:null,isPending:!1,sendAt:e}}function N2({attempt:M},V){let{callId:C,...H}=M??{};return C&&JSON.stringify(H)===JSON.stringify(V)?C:null}var I2="M12,5.5A3.5,3.5 0 0,1 15.5,9A3.5,3.5 0 0,1 12,12.5A3.5,3.5 0 0,1 8.5,9A3.5,3.5 0 0,1 12,5.5M5,8C5.56,8 6.08,8.15 6.53,8.42C6.38,9.85 6.8,11.27 7.66,12.38C7.16,13.34 6.16,14 5,14A3,3 0 0,1 2,11A3,3 0 0,1 5,8M19,8A3,3 0 0,1 22,11A3,3 0 0,1 19,14C17.84,14 16.84,13.34 16.34,12.38C17.2,11.27 17.62,9.85 17.47,8.42C17.92,8.15 18.44,8 19,8M5.5,18.25C5.5,16.18 8.41,14.5 12,14.5C15.59,14.5 18.5,16.18 18.5,18.25V20H5.5V18.25M0,20V18.5C0,17.11 1.89,15.94 4.45,15.6C3.86,16.28 3.5,17.22 3.5,18.25V20H0M24,20H20.5V18.25C20.5,17.22 20.14,16.28 19.55,15.6C22.11,15.94 24,17.11 24,18.5V20Z";var W2="M15,4A4,4 0 0,0 11,8A4,4 0 0,0 15,12A4,4 0 0,0 19,8A4,4 0 0,0 15,4M15,5.9C16.16,5.9 17.1,6.84 17.1,8C17.1,9.16 16.16,10.1 15,10.1A2.1,2.1 0 0,1 12.9,8A2.1,2.1 0 0,1 15,5.9M4,7V10H1V12H4V15H6V12H9V10H6V7H4M15,13C12.33,13 7,14.33 7,17V20H23V17C23,14.33 17.67,13 15,13M15,14.9C17.97,14.9 21.1,16.36 21.1,17V18.1H8.9V17C8.9,16.36 12,14.9 15,14.9Z";var U2="M13,13H11V7H13M13,17H11V15H13M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2Z";var G2="M12,2L1,21H23M12,6L19.53,19H4.47M11,10V14H13V10M11,16V18H13V16";var Q2="M11,4H13V16L18.5,10.5L19.92,11.92L12,19.84L4.08,11.92L5.5,10.5L11,16V4Z";var z2="M20,11V13H8L13.5,18.5L12.08,19.92L4.16,12L12.08,4.08L13.5,5.5L8,11H20Z";var e2="M20 13.5V20H18V13.5C18 11 16 9 13.5 9H7.83L10.91 12.09L9.5 13.5L4 8L9.5 2.5L10.92 3.91L7.83 7H13.5C17.09 7 20 9.91 20 13.5Z";var q2="M19.3 18.9C19.7 18.2 20 17.4 20 16.5C20 14 18 12 15.5 12S11 14 11 16.5 13 21 15.5 21C16.4 21 17.2 20.8 17.9 20.3L21 23.4L22.4 22L19.3 18.9M15.5 19C14.1 19 13 17.9 13 16.5S14.1 14 15.5 14 18 15.1 18 16.5 16.9 19 15.5 19M5 19V9H19V11C19.8 11.5 20.5 12.2 21 13V5C21 3.9 20.1 3 19 3H18V1H16V3H8V1H6V3H5C3.9 3 3 3.9 3 5V19C3 20.1 3.9 21 5 21H10.8C10.2 20.4 9.8 19.8 9.5 19H5M19 5V7H5V5H19Z";var K2="M12 2C17.5 2 22 6.5 22 12S17.5 22 12 22 2 17.5 2 12 6.5 2 12 2M12 4C10.1 4 8.4 4.6 7.1 5.7L18.3 16.9C19.3 15.5 20 13.8 20 12C20 7.6 16.4 4 12 4M16.9 18.3L5.7 7.1C4.6 8.4 4 10.1 4 12C4 16.4 7.6 20 12 20C13.9 20 15.6 19.4 16.9 18.3Z";var r2="M21,7L9,19L3.5,13.5L4.91,12.09L9,16.17L19.59,5.59L21,7Z",j2="M0.41,13.41L6,19L7.41,17.58L1.83,12M22.24,5.58L11.66,16.17L7.5,12L6.07,13.41L11.66,19L23.66,7M18,7L16.59,5.58L10.24,11.93L11.66,13.34L18,7Z";var X2="M7.41,8.58L12,13.17L16.59,8.58L18,10L12,16L6,10L7.41,8.58Z";var t2="M12,20A8,8 0 0,0 20,12A8,8 0 0,0 12,4A8,8 0 0,0 4,12A8,8 0 0,0 12,20M12,2A10,10 0 0,1 22,12A10,10 0 0,1 12,22C6.47,22 2,17.5 2,12A10,10 0 0,1 12,2M12.5,7V12.25L17,14.92L16.25,16.15L11,13V7H12.5Z";var J2="M19,6.41L17.59,5L12,10.59L6.41,5L5,6.41L10.59,12L5,17.59L6.41,19L12,13.41L17.59,19L19,17.59L13.41,12L19,6.41Z";var Y2="M19,21H8V7H19M19,5H8A2,2 0 0,0 6,7V21A2,2 0 0,0 8,23H19A2,2 0 0,0 21,21V7A2,2 0 0,0 19,5M16,1H4A2,2 0 0,0 2,3V17H4V3H16V1Z";var C5="M12,16A2,2 0 0,1 14,18A2,2 0 0,1 12,20A2,2 0 0,1 10,18A2,2 0 0,1 12,16M12,10A2,2 0 0,1 14,12A2,2 0 0,1 12,14A2,2 0 0,1 10,12A2,2 0 0,1 12,10M12,4A2,2 0 0,1 14,6A2,2 0 0,1 12,8A2,2 0 0,1 10,6A2,2 0 0,1 12,4Z";var H5="M11,18H13V16H11V18M12,2A10,10 0 0,0 2,12A10,10 0 0,0 12,22A10,10 0 0,0 22,12A10,10 0 0,0 12,2M12,20C7.59,20 4,16.41 4,12C4,7.59 7.59,4 12,4C16.41,4 20,7.59 20,12C20,16.41 16.41,20 12,20M12,6A4,4 0 0,0 8,10H10A2,2 0 0,1 12,8A2,2 0 0,1 14,10C14,12 11,11.75 11,15H13C13,12.75 16,12.5 16,10A4,4 0 0,0 12,6Z";var V5="M9.5,3A6.5,6.5 0 0,1 16,9.5C16,11.11 15.41,12.59 14.44,13.73L14.71,14H15.5L20.5,19L19,20.5L14,15.5V14.71L13.73,14.44C12.59,15.41 11.11,16 9.5,16A6.5,6.5 0 0,1 3,9.5A6.5,6.5 0 0,1 9.5,3M9.5,5C7,5 5,7 5,9.5C5,12 7,14 9.5,14C12,14 14,12 14,9.5C14,7 12,5 9.5,5Z";var L5="M20,2A2,2 0 0,1 22,4V16A2,2 0 0,1 20,18H6L2,22V4C2,2.89 2.9,2 4,2H20M4,4V17.17L5.17,16H20V4H4M6,7H18V9H6V7M6,11H15V13H6V11Z";var M5="M5.41,21L6.12,17H2.12L2.47,15H6.47L7.53,9H3.53L3.88,7H7.88L8.59,3H10.59L9.88,7H15.88L16.59,3H18.59L17.88,7H21.88L21.53,9H17.53L16.47,15H20.47L20.12,17H16.12L15.41,21H13.41L14.12,17H8.12L7.41,21H5.41M9.53,9L8.47,15H14.47L15.53,9H9.53Z";var e5="M2,21L23,12L2,3V10L17,12L2,14V21Z";var r5="M5,3C3.89,3 3,3.89 3,5V19A2,2 0 0,0 5,21H19A2,2 0 0,0 21,19V12H19V19H5V5H12V3H5M17.78,4C17.61,4 17.43,4.07 17.3,4.2L16.08,5.41L18.58,7.91L19.8,6.7C20.06,6.44 20.06,6 19.8,5.75L18.25,4.2C18.12,4.07 17.95,4 17.78,4M15.37,6.12L8,13.5V16H10.5L17.87,8.62L15.37,6.12Z";var t5="M14.46,15.88L15.88,14.46L18,16.59L20.12,14.46L21.54,15.88L19.41,18L21.54,20.12L20.12,21.54L18,19.41L15.88,21.54L14.46,20.12L16.59,18L14.46,15.88M5,3H19C20.11,3 21,3.89 21,5V12.8C20.39,12.45 19.72,12.2 19,12.08V5H5V19H12.08C12.2,19.72 12.45,20.39 12.8,21H5C3.89,21 3,20.11 3,19V5C3,3.89 3.89,3 5,3M7,7H17V9H7V7M7,11H17V12.08C16.15,12.22 15.37,12.54 14.68,13H7V11M7,15H12V17H7V15Z";var i5="M6,2V8H6V8L10,12L6,16V16H6V22H18V16H18V16L14,12L18,8V8H18V2H6M16,16.5V20H8V16.5L12,12.5L16,16.5M12,11.5L8,7.5V4H16V7.5L12,11.5Z";var o5="M2 12H4V17H20V12H22V17C22 18.11 21.11 19 20 19H4C2.9 19 2 18.11 2 17V12M12 15L17.55 9.54L16.13 8.13L13 11.25V2H11V11.25L7.88 8.13L6.46 9.55L12 15Z";var a5="M9,10V16H15V10H19L12,3L5,10H9M12,5.8L14.2,8H13V14H11V8H9.8L12,5.8M19,18H5V20H19V18Z";var v={add:r5,addPerson:W2,alert:G2,answer:e2,back:z2,calendar:q2,clock:t2,close:J2,copy:Y2,done:r2,down:Q2,download:o5,expand:X2,group:I2,menu:C5,message:L5,number:M5,search:V5,send:e5,unreadable:t5},X={delivered:j2,accepted:r2,going:a5,scheduled:t2,waiting:i5,unclear:H5,failed:U2,ended:K2,received:e2};function l(M){return i`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true"><path d=${M}></path></svg>`}var Z3=/^\s*【[^【】]+】.*$|^.*【[^【】]+】\s*$/s,c3=/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;function w1(M){return/^[\s\p{Cc}\p{Cf}]*$/u.test(M)}function S3(M,V){return V===""||Z3.test(M)?M:`【${V}】${M}`}function n1(M,V){let C=`【${V}】`;return V!==""&&M.startsWith(C)?[C,M.slice(C.length)]:["",M]}function A5(M,V,C){let H=S3(M,V).replace(c3,""),L=H.length,e=L<=70?1:Math.ceil(L/67);return{characters:L,room:e===1?70:e*67,texts:e,lacking:C==="gb2312"?f3(H):0}}var A1;function h3(){if(A1)return A1;let M=[];for(let V=129;V<=254;V++)for(let C=64;C<=254;C++)C!==127&&M.push(V,C);return A1=new Set(new TextDecoder("gbk").decode(new Uint8Array(M))),A1.delete("�"),A1}function f3(M){return[...M].filter(V=>V>""&&!h3().has(V)).length}var B=f`
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
`,C1=f`
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
`;var n5=36e5,d5=matchMedia("(pointer: coarse) and (hover: none)"),i2=new Set,_1=new Set,c=class extends y{constructor(){super(...arguments);this.draftKey="";this.to=[];this.logged=new Set;this.recipientName="";this.signature="";this.charset="utf-8";this.recipientCount=1;this.offline=!1;this.readonly=!1;this._draft=N;this._isScheduling=!1;this._fault="";this._timeFault="";this._notice=""}connectedCallback(){super.connectedCallback(),_1.add(this)}disconnectedCallback(){super.disconnectedCallback(),_1.delete(this)}get _isSending(){return i2.has(this.draftKey)}willUpdate(C){C.has("draftKey")&&(this._draft=I(this.draftKey),this._isScheduling=!1,this._fault=this._timeFault=this._notice=""),this._isSending||this._settle()}_settle(){let C=D2(this._draft,this.logged);C!==this._draft&&(this._fault="");let H=a1(C);H!==this._draft&&this._change(H)}updated(){this._field.value!==this._draft.text&&(this._field.value=this._draft.text)}focus(){this._field?.focus()}get text(){return this._draft.text}render(){let{t:C}=this.i18n,H=this.offline?C("composer.offline"):this._fault;return i`
<form novalidate @submit=${this._onSubmit}>
${this._isScheduling&&!this.readonly?this._schedule():A}
<div class="row">
${this.readonly?A:this._scheduleButton()}
<div class="growing" data-text=${this._draft.text}><textarea
rows="1" dir="auto" enterkeyhint=${d5.matches?"enter":"send"} autocomplete="off" placeholder=${C("composer.placeholder")}
aria-label=${this.recipientName?C("composer.to",{name:this.recipientName}):C("composer.label")}
aria-describedby="counts fault" aria-invalid=${this._fault?"true":"false"} ?readonly=${this.readonly}
@input=${this._onInput} @keydown=${this._onKey}
></textarea></div>
${this.readonly?A:this._sendButton()}
</div>
<div class="below">
<span class="fault" id="fault" role="alert">${H}</span>
${H?A:i`<span class="hint">${this._hint()}</span>`}
<span class="counts" id="counts">${this._counts()}</span>
</div>
</form>
`}_scheduleButton(){let C=this.i18n.t("composer.schedule");return i`<button
type="button" class="round ${this._draft.sendAt?"chosen":""}" aria-label=${C} title=${C}
aria-expanded=${this._isScheduling?"true":"false"} @click=${this._toggleSchedule}
>${l(v.clock)}</button>`}_sendButton(){let C=this.i18n.t(this._draft.sendAt?"composer.send_scheduled":"composer.send");return i`<button
type="submit" class="send ${w1(this._draft.text)?"idle":""}" aria-label=${C} title=${C}
aria-disabled=${this.offline||this._isSending?"true":"false"}
>${l(this._draft.sendAt?v.clock:v.send)}</button>`}_hint(){let{t:C}=this.i18n;return this._isSending?C("composer.sending"):this.readonly?"":this._draft.sendAt&&!this._isScheduling?i`<button type="button" class="textual" @click=${this._toggleFromElsewhere}>${C("composer.scheduled_for",{time:this.i18n.moment(this.i18n.instantOf(this._draft.sendAt))})}</button>`:this._notice?this._notice:this.signature?C("composer.signature",{signature:this.signature}):""}_counts(){if(w1(this._draft.text))return A;let{t:C}=this.i18n,{characters:H,room:L,texts:e,lacking:r}=A5(this._draft.text,this.signature,this.charset),t=C(this.recipientCount>1?"composer.texts_each":"composer.texts",{n:e});return i`${r?i`<span class="unclear">${C("composer.lacking",{n:r})}</span> · `:A}<span
aria-label=${C("composer.count_label",{characters:H,room:L})} role="img"
>${C("composer.count",{characters:H,room:L})}</span> · ${t}`}_schedule(){let{t:C}=this.i18n,{dayOf:H,fieldOf:L,instantOf:e}=this.i18n,r=H(new Date),t=H(new Date(Date.parse(e(`${r}T12:00`))+24*n5)),o=[["hour",L(new Date(Date.now()+n5))],["evening",`${r}T20:00`],["tomorrow",`${t}T08:00`]];return i`
<div class="schedule appears">
${o.filter(([,n])=>Date.parse(e(n))>Date.now()).map(([n,x])=>i`<button
type="button" class="chip" @click=${()=>this._setTime(x)}
>${C(`composer.schedule_${n}`)}<small>${this.i18n.time(e(x))}</small></button>`)}
<label class="when"><span class="for-readers">${C("composer.schedule_at")}</span><input
type="datetime-local" class="field" .value=${this._draft.sendAt} min=${L(new Date)} max="9999-12-31T23:59"
aria-invalid=${this._timeFault?"true":"false"} aria-describedby="time-fault"
@input=${n=>this._setTime(n.target.value)}
/></label>
${this._draft.sendAt?i`<button type="button" class="textual" @click=${()=>{this._setTime(""),this._toggleFromElsewhere()}}>${C("composer.schedule_remove")}</button>`:A}
<small class="final">${C("composer.schedule_final")}</small>
<span class="fault" id="time-fault" role="alert">${this._timeFault}</span>
</div>
`}_toggleSchedule(){this._isScheduling=!this._isScheduling}_toggleFromElsewhere(){this._toggleSchedule(),this.renderRoot.querySelector(".round")?.focus()}_setTime(C){this._timeFault="",this._change({sendAt:C})}_onInput(){this._fault=this._notice="",this._change({text:this._field.value})}_change(C){this._draft={...this._draft,...C},W(this.draftKey,this._draft)}_changeOf(C,H){let L=[..._1].filter(({draftKey:e})=>e===C);L.length||W(C,H(I(C)));for(let e of L)e._change(H(e._draft))}_onKey(C){C.key!=="Enter"||C.shiftKey||d5.matches||C.isComposing||C.keyCode===229||(C.preventDefault(),this._send())}_onSubmit(C){C.preventDefault(),this._send()}async _send(){if(this.offline||this.readonly||this._isSending||this._hasFault())return;let{text:C,sendAt:H}=this._draft,L={text:C,sendAt:H,to:this.to},e=N2(this._draft,L)??y1(),r=this.draftKey;this._change({text:"",attempt:{callId:e,...L},isPending:!0}),i2.add(r);try{let t=await this.submit({callId:e,message:C,sendAt:H?this.i18n.instantOf(H):null});this._finish(r,t)}catch(t){this._fail(r,t)}finally{i2.delete(r);for(let t of _1)t.requestUpdate()}}_hasFault(){this._fault=w1(this._draft.text)?this.i18n.t("composer.empty"):"";let C=this._draft.sendAt!==""&&Date.parse(this.i18n.instantOf(this._draft.sendAt))<=Date.now(),H=this._timeField?.validity.badInput===!0;return this._timeFault=H?this.i18n.t("composer.incomplete"):C?this.i18n.t("composer.past"):"",this._isScheduling||=C,this._fault!==""||this._timeFault!==""}_finish(C,H){if(!H||H.errors.length){this._changeOf(C,L=>({...a1(L),attempt:null})),H&&C===this.draftKey&&this._show(H.errors);return}this._changeOf(C,L=>({...L,attempt:null,isPending:!1,sendAt:""})),this._isScheduling=!1,this._notice=H.replaced_characters?this.i18n.t("composer.replaced",{n:H.replaced_characters}):""}_show(C){let H=L=>this.i18n.sentences(C.filter(({field:e})=>e==="send_at"===L).map(({message:e})=>e));this._fault=H(!1),this._timeFault=H(!0),this._isScheduling||=this._timeFault!==""}_fail(C,H){if(this._changeOf(C,a1),C!==this.draftKey)return;let L=H instanceof P&&H.code==="offline",e=H instanceof Error?H.message:"";this._fault=L?this.i18n.t("composer.lost"):this.i18n.t("composer.failed",{reason:e})}static{this.styles=[B,f`
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
`]}};a([m({attribute:!1})],c.prototype,"i18n",2),a([m({attribute:!1})],c.prototype,"submit",2),a([m()],c.prototype,"draftKey",2),a([m({attribute:!1})],c.prototype,"to",2),a([m({attribute:!1})],c.prototype,"logged",2),a([m()],c.prototype,"recipientName",2),a([m()],c.prototype,"signature",2),a([m()],c.prototype,"charset",2),a([m({type:Number})],c.prototype,"recipientCount",2),a([m({type:Boolean})],c.prototype,"offline",2),a([m({type:Boolean})],c.prototype,"readonly",2),a([d()],c.prototype,"_draft",2),a([d()],c.prototype,"_isScheduling",2),a([d()],c.prototype,"_fault",2),a([d()],c.prototype,"_timeFault",2),a([d()],c.prototype,"_notice",2),a([b("textarea")],c.prototype,"_field",2),a([b("input[type=datetime-local]")],c.prototype,"_timeField",2);function B1({accepted:M,queued:V,rejected:C,unconfirmed:H,not_sent:L},{t:e}){return e("composer.unrecorded",{accepted:M,queued:V,total:M+V+C+H+L})}function P1(M){return/^zh\b/i.test(M)?/hant|tw|hk|mo/i.test(M)?"zh-Hant":"zh-Hans":"en"}function p5(M){let{language:V,time_format:C,time_zone:H}=M.locale;return[M.language,V,C,H,M.config.time_zone].join()}var g3=864e5,T1=class{constructor(V,C){this.#a=new Map;this.t=(V,C={})=>{let[H="",L=""]=V.split("."),e=this.#V[H]?.[L];return((typeof e=="object"?e[this.#C.select(Number(C.n))]??e.other:e)??V).replace(/\{(\w+)\}/g,(t,o)=>this.#p(C[o]))};this.dayOf=V=>this.#i.format(new Date(V));this.fieldOf=V=>this.#o.format(V).replace(" ","T");this.instantOf=V=>{let C=Date.parse(`${V}Z`),H=C;for(let L=0;L<2;L++)H+=C-Date.parse(`${this.fieldOf(new Date(H))}Z`);return new Date(H).toISOString()};this.language=V.language,this.#V=C[P1(this.language)],this.#r=V.locale.time_zone==="server"?V.config.time_zone:void 0,this.#C=new Intl.PluralRules(P1(this.language)),this.#H=new Intl.NumberFormat(this.language);let H=V.locale.time_format;this.#M=this.#d({hour:"numeric",minute:"2-digit",...H==="12"||H==="24"?{hourCycle:H==="12"?"h12":"h23"}:{}}),this.#i=new Intl.DateTimeFormat("sv",{timeZone:this.#r,dateStyle:"short"}),this.#o=new Intl.DateTimeFormat("sv",{timeZone:this.#r,dateStyle:"short",timeStyle:"short"}),this.#e=new Intl.RelativeTimeFormat(P1(this.language),{numeric:"auto"})}#V;#C;#H;#M;#i;#o;#a;#e;#r;sentences(V){return V.join(P1(this.language)==="en"?" ":"")}number(V){return this.#H.format(V)}time(V){return this.#M.format(new Date(V))}day(V,C=new Date){let H=this.#t(V,C);return H===0||H===1?R1(this.#e.format(-H,"day")):H>1&&H<7?this.#L(V,{weekday:"long"}):this.#L(V,this.#n(V,C)?{weekday:"short",day:"numeric",month:"long"}:{day:"numeric",month:"long",year:"numeric"})}brief(V,C=new Date){let H=this.#t(V,C);return H===0?this.time(V):H===1?R1(this.#e.format(-1,"day")):H>1&&H<7?this.#L(V,{weekday:"short"}):this.#A(V,C)}moment(V,C=new Date){let H=this.#t(V,C);if(H===0)return this.time(V);let L=H>-7&&H<7,e=()=>L?this.#L(V,{weekday:"short"}):this.#A(V,C);return`${Math.abs(H)===1?this.#e.format(-H,"day"):e()} ${this.time(V)}`}full(V){return`${this.#L(V,{dateStyle:"medium"})} ${this.time(V)}`}#p(V){return typeof V=="number"?this.number(V):V??""}#t(V,C){return Math.round((Date.parse(this.dayOf(C))-Date.parse(this.dayOf(V)))/g3)}#A(V,C){return this.#L(V,this.#n(V,C)?{day:"numeric",month:"short"}:{day:"numeric",month:"numeric",year:"numeric"})}#n(V,C){return this.dayOf(V).slice(0,4)===this.dayOf(C).slice(0,4)}#L(V,C){let H=JSON.stringify(C),L=this.#a.get(H)??this.#d(C);return this.#a.set(H,L),L.format(new Date(V))}#d(V){return new Intl.DateTimeFormat(this.language,{...V,timeZone:this.#r})}};function R1(M){return M.charAt(0).toLocaleUpperCase()+M.slice(1)}var m5={ATTRIBUTE:1,CHILD:2,PROPERTY:3,BOOLEAN_ATTRIBUTE:4,EVENT:5,ELEMENT:6},l5=M=>(...V)=>({_$litDirective$:M,values:V}),F1=class{constructor(V){}get _$AU(){return this._$AM._$AU}_$AT(V,C,H){this._$Ct=V,this._$AM=C,this._$Ci=H}_$AS(V,C){return this.update(V,C)}update(V,C){return this.render(...C)}};var{I:O3}=R2,v5=M=>M;var x5=()=>document.createComment(""),H1=(M,V,C)=>{let H=M._$AA.parentNode,L=V===void 0?M._$AB:V._$AA;if(C===void 0){let e=H.insertBefore(x5(),L),r=H.insertBefore(x5(),L);C=new O3(e,r,M,M.options)}else{let e=C._$AB.nextSibling,r=C._$AM,t=r!==M;if(t){let o;C._$AQ?.(M),C._$AM=M,C._$AP!==void 0&&(o=M._$AU)!==r._$AU&&C._$AP(o)}if(e!==L||t){let o=C._$AA;for(;o!==e;){let n=v5(o).nextSibling;v5(H).insertBefore(o,L),o=n}}}return C},U=(M,V,C=M)=>(M._$AI(V,C),M),b3={},s5=(M,V=b3)=>M._$AH=V,u5=M=>M._$AH,E1=M=>{M._$AR(),M._$AA.remove()};var Z5=(M,V,C)=>{let H=new Map;for(let L=V;L<=C;L++)H.set(M[L],L);return H},d1=l5(class extends F1{constructor(M){if(super(M),M.type!==m5.CHILD)throw Error("repeat() can only be used in text expressions")}dt(M,V,C){let H;C===void 0?C=V:V!==void 0&&(H=V);let L=[],e=[],r=0;for(let t of M)L[r]=H?H(t,r):r,e[r]=C(t,r),r++;return{values:e,keys:L}}render(M,V,C){return this.dt(M,V,C).values}update(M,[V,C,H]){let L=u5(M),{values:e,keys:r}=this.dt(V,C,H);if(!Array.isArray(L))return this.ut=r,e;let t=this.ut??=[],o=[],n,x,p=0,u=L.length-1,s=0,k=e.length-1;for(;p<=u&&s<=k;)if(L[p]===null)p++;else if(L[u]===null)u--;else if(t[p]===r[s])o[s]=U(L[p],e[s]),p++,s++;else if(t[u]===r[k])o[k]=U(L[u],e[k]),u--,k--;else if(t[p]===r[k])o[k]=U(L[p],e[k]),H1(M,o[k+1],L[p]),p++,k--;else if(t[u]===r[s])o[s]=U(L[u],e[s]),H1(M,L[p],L[u]),u--,s++;else if(n===void 0&&(n=Z5(r,s,k),x=Z5(t,p,u)),n.has(t[p]))if(n.has(t[u])){let R=x.get(r[s]),q1=R!==void 0?L[R]:null;if(q1===null){let s2=H1(M,L[p]);U(s2,e[s]),o[s]=s2}else o[s]=U(q1,e[s]),H1(M,L[p],q1),L[R]=null;s++}else E1(L[u]),u--;else E1(L[p]),p++;for(;s<=k;){let R=H1(M,o[k+1]);U(R,e[s]),o[s++]=R}for(;p<=u;){let R=L[p++];R!==null&&E1(R)}return this.ut=r,s5(M,o),$}});function k3(M){let[V]=new Intl.Segmenter(void 0,{granularity:"grapheme"}).segment(M.trim());return V?V.segment.toLocaleUpperCase():"?"}function y3(M){let V=0;for(let C of M)V=(V*31+(C.codePointAt(0)??0))%1000003;return V%12*30}function J(M){if(M.kind==="unreadable")return i`<span class="avatar plain" aria-hidden="true">${l(v.unreadable)}</span>`;if(M.kind==="number")return i`<span class="avatar plain" aria-hidden="true">${l(v.number)}</span>`;let V=M.mobiles.length>1?l(v.group):k3(M.name);return i`<span class="avatar" style="--hue: ${y3(M.name)}" aria-hidden="true">${V}</span>`}function w(M){let V=/^(1\d{2})(\d{4})(\d{4})$/.exec(M);return V?V.slice(1).join(" "):M}function $1(M){return M.split(/[;,；，、\n]/).map(V=>V.trim()).filter(V=>V!=="")}function p1(M){let V=M.normalize("NFKC").replace(/^tel:/i,"").replace(/[\s\p{Pd}\p{Cf}.()/+]/gu,"");return/^\d{3,20}$/.test(V)}function o2(M){let[V,C,H,L]=M.split("/").filter(Boolean).map(w3);if(V==="new")return{name:V};if(!C)return{name:"list"};if(V==="unreadable")return{name:V,entry:C};if(V==="recipient"&&H)return{name:V,entry:C,id:H,item:c5(L)};let e=c5(H);return(V==="number"||V==="message")&&e?{name:V,entry:C,item:e}:{name:"list"}}function c5(M=""){let V=Number(M);return Number.isSafeInteger(V)&&V>0?V:null}function w3(M){try{return decodeURIComponent(M)}catch{return""}}function D1(M){let V=(...C)=>`/${C.map(H=>encodeURIComponent(H)).join("/")}`;switch(M.name){case"list":return"";case"new":return"/new";case"recipient":return M.item===null?V("recipient",M.entry,M.id):V("recipient",M.entry,M.id,M.item);case"unreadable":return V(M.name,M.entry);default:return V(M.name,M.entry,M.item)}}function a2(M){let V=M.config_entry_id;return M.kind==="unreadable"?{name:"unreadable",entry:V}:M.kind==="recipient"?{name:"recipient",entry:V,id:M.conversation_id,item:null}:M.last?{name:"number",entry:V,item:M.last.id}:{name:"list"}}function A2(M){return{name:"message",entry:M.config_entry_id,item:M.preview.id}}function V1(M,V,C=!1){let H=M+D1(V);H!==location.pathname&&(C?history.replaceState(history.state,"",H):history.pushState({from:location.pathname},"",H),window.dispatchEvent(new CustomEvent("location-changed",{detail:{replace:C}})))}function n2(M){history.state?.from===M?history.back():V1(M,{name:"list"})}var _3={queued:"waiting",scheduled:"scheduled",submitting:"going",accepted:"accepted",rejected:"failed",unconfirmed:"unclear",not_sent:"failed",cancelled:"ended",delivered:"delivered",expired:"failed",undeliverable:"failed",unknown:"unclear",blacklisted:"failed",busy:"going",other:"unclear",received:"received",quarantined:"unclear"},B3=["failed","unclear","waiting","going","scheduled","accepted","ended","delivered","received"];function D(M){return _3[M]??"unclear"}function S5(M){let V=M.map(D),C=L=>V.filter(e=>e===L).length,H=B3.find(L=>V.includes(L))??"unclear";return{state:M[V.indexOf(H)]??"unknown",tone:H,total:M.length,delivered:C("delivered"),failed:C("failed"),unclear:C("unclear")}}function N1({label:M,title:V,isOpen:C,setOpen:H,items:L}){let e=n=>{H(!1),n.currentTarget.closest(".menu-holder")?.querySelector(".round")?.focus()},r=n=>{if(n.key==="Escape")return e(n);let x={ArrowDown:1,ArrowUp:-1}[n.key];if(!x)return;n.preventDefault();let p=[...n.currentTarget.querySelectorAll("[role=menuitem]")],u=p.indexOf(n.target)+x;p.at(u%p.length)?.focus()};return i`
<span class="menu-holder" @focusout=${n=>{n.currentTarget.contains(n.relatedTarget)||H(!1)}}>
<button type="button" class="round" aria-label=${M} title=${M} aria-haspopup="menu" aria-expanded=${C?"true":"false"} @click=${n=>{H(!C);let x=n.currentTarget.closest(".menu-holder");requestAnimationFrame(()=>x?.querySelector("[role=menuitem]")?.focus())}}>${l(v.menu)}</button>
${C?i`<div class="menu appears" @keydown=${r}>
<div class="menu-title" id="menu-title">${l(v.download)}${V}</div>
<div role="menu" aria-labelledby="menu-title">
${L.map(n=>i`<button type="button" role="menuitem" tabindex="-1" @click=${x=>{e(x),n.act()}}>${n.label}</button>`)}
</div>
</div>`:A}
</span>
`}var I1=f`
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
`;function h5(M,{t:V},C){let H=document.createElement("div");M.append(H);let L=()=>H.querySelector("dialog")?.close();b1(i`<dialog aria-labelledby="question" @close=${()=>H.remove()}>
<h2 id="question">${V("unconfirmed.title")}</h2>
<p>${V("unconfirmed.explanation")}</p>
<p>${V("unconfirmed.risk")}</p>
<div class="actions">
<button type="button" class="outlined" @click=${()=>{L(),C()}}>${V("unconfirmed.confirm")}</button>
<button type="button" class="filled" autofocus @click=${L}>${V("unconfirmed.dismiss")}</button>
</div>
</dialog>`,H),H.querySelector("dialog")?.showModal()}function f5(M,V,C,H,L=6){let e=Math.max(0,Math.floor(M/C)-L),r=Math.min(H,Math.ceil((M+V)/C)+L);return{first:Math.min(e,H),last:r}}function h({config_entry_id:M,conversation_id:V}){return`${M}/${V}`}var g5=20,d2=60,P3=500,W1=72,T3=["all","unread","failed","waiting","unreadable"],S=class extends y{constructor(){super(...arguments);this.urlPrefix="";this.selected="";this.isAdmin=!1;this._accounts=[];this._counts={unread:0,failed:0,waiting:0,unreadable:0};this._conversations=null;this._hits=null;this._filter="all";this._query="";this._range={first:0,last:g5};this._error=null;this._isMenuOpen=!1;this._areAccountsOpen=!1;this._copied="";this._focused="";this._hasMore=!1;this._isLoading=!1;this._reading=0;this._resizes=new ResizeObserver(()=>this._onScroll())}connectedCallback(){super.connectedCallback(),this.hasUpdated&&this._read()}disconnectedCallback(){super.disconnectedCallback(),this._resizes.disconnect(),clearTimeout(this._typing),clearTimeout(this._refresh),this._refresh=void 0}firstUpdated(){this._read()}willUpdate(){this._focused=this.shadowRoot?.activeElement?.dataset.key??""}updated(C){this._resizes.observe(this._rows),this._focused&&!this.shadowRoot?.activeElement&&this._focus(this._focused,{preventScroll:!0}),C.get("i18n")&&this.refresh(),(C.has("_conversations")||C.has("_hits"))&&this._onScroll()}focusRow(C){this.updateComplete.then(()=>this._focus(C))}_focus(C,H){[...this.renderRoot.querySelectorAll("a.row")].find(e=>e.dataset.key===C)?.focus(H)}get filter(){return this._filter}get words(){return this._query.trim()}onChange(C){this.refresh()}refresh(){this._refresh===void 0&&(this._refresh=setTimeout(()=>{this._refresh=void 0,this._read()},250))}async _read(){let C=this.words,H=Math.min(P3,Math.max(g5,this._range.last)),L=++this._reading;try{let[e,r]=await Promise.all([this.client.call("smsadmin/conversations",{filter:this._filter,before:null,limit:H}),C?this.client.call("smsadmin/search",{query:C,before:null,limit:d2}):null]);if(L!==this._reading||(this._takeOverview(e),this._error))return;this._takePage(r?r.conversations:e.conversations,r===null&&e.has_more,!r),this._hits=r?r.hits:null,r&&(this._hasMore=r.has_more)}catch(e){L===this._reading&&(this._error=e)}}_takeOverview(C){let[H,...L]=C.accounts.map(({log_error:e})=>e);this._error=H&&L.every(Boolean)?new P("log_failed",H):null,this._accounts=C.accounts,this._counts=C.counts,this.dispatchEvent(new CustomEvent("overview",{detail:C}))}_takePage(C,H,L){let e=new Set(C.map(h)),r=L&&H?this._conversations??[]:[],t=r.length>C.length?r.filter(o=>!e.has(h(o))):[];this._conversations=[...C,...t],this._hasMore=t.length?this._hasMore:H}async _readMore(){let C=this._reading;this._isLoading=!0;try{let H=()=>C===this._reading;await(this._hits?this._readMoreHits(this._hits,H):this._readMoreConversations(this._conversations??[],H))}catch{return}finally{this._isLoading=!1}}async _readMoreConversations(C,H){let L={filter:this._filter,before:C.at(-1)?.cursor??null,limit:d2},e=await this.client.call("smsadmin/conversations",L);if(!H())return;let r=new Set(C.map(h));this._hasMore=e.has_more,this._conversations=[...C,...e.conversations.filter(t=>!r.has(h(t)))]}async _readMoreHits(C,H){let L={query:this.words,before:C.at(-1)?.cursor??null,limit:d2},e=await this.client.call("smsadmin/search",L);H()&&(this._hasMore=e.has_more,this._hits=[...C,...e.hits])}_onScroll(){let C=this._rows,H=this.renderRoot.querySelector(".window")?.offsetTop??0,L=this._conversations?.length??0,e=f5(C.scrollTop-H,C.clientHeight,W1,L);(e.first!==this._range.first||e.last!==this._range.last)&&(this._range=e);let r=C.scrollHeight-C.scrollTop-C.clientHeight;this._hasMore&&!this._isLoading&&r<10*W1&&this._readMore()}_onQuery(C){this._query=C.target.value,clearTimeout(this._typing),this._typing=setTimeout(()=>this._restart(),this.words?200:0)}_clear(){this._query="",this._restart(),this.renderRoot.querySelector("input[type=search]")?.focus()}_setFilter(C){this._filter=C,this._restart()}_restart(){this._hasMore=!1,this._rows.scrollTop=0,this._read()}render(){return i`
${this._header()}
${this._areAccountsOpen?i`<div class="accounts appears">${this._accounts.map(C=>this._account(C))}</div>`:A}
<div class="tools">
<div class="search">
${l(v.search)}
<input type="search" autocomplete="off" spellcheck="false" enterkeyhint="search" .value=${this._query}
placeholder=${this.i18n.t("panel.search")} aria-label=${this.i18n.t("panel.search")} @input=${this._onQuery} />
${this._query?i`<button type="button" class="round small" aria-label=${this.i18n.t("panel.clear")} @click=${this._clear}>${l(v.close)}</button>`:A}
</div>
${this._chips()}
</div>
<div class="rows" @scroll=${this._onScroll} @keydown=${this._onKey} role="group" aria-label=${this.i18n.t("panel.conversations")} aria-busy=${this._conversations?"false":"true"}>
${this._lines()}${this._content()}
</div>
<div class="for-readers" role="status">${this._hits?this.i18n.t("panel.found",{n:(this._conversations?.length??0)+this._hits.length}):""}</div>
`}_header(){let{t:C}=this.i18n,H=L=>()=>this.dispatchEvent(new CustomEvent("export",{detail:{format:L,conversation:null}}));return i`
<header>
<slot name="menu"></slot>
<div class="titles">
<h1>${C("panel.title")}</h1>
${this.isAdmin?i`<div class="balance">${this._balance()}</div>`:A}
</div>
<button type="button" class="filled" @click=${()=>V1(this.urlPrefix,{name:"new"})}>${l(v.add)}<span class="new">${C("panel.new")}</span></button>
${this.isAdmin?N1({label:C("panel.more"),title:C("panel.export_all"),isOpen:this._isMenuOpen,setOpen:L=>{this._isMenuOpen=L},items:[{label:C("panel.export_csv"),act:H("csv")},{label:C("panel.export_json"),act:H("json")}]}):A}
</header>
`}_balance(){if(!this._accounts.length)return A;let[C]=this._accounts,H=this._accounts.filter(({balance:t})=>t!==null),L=H.reduce((t,{balance:o})=>t+(o??0),0),e=this._accounts.some(({is_balance_low:t})=>t),r=H.length?this.i18n.t("panel.texts_left",{n:L}):this._accounts.length===1?C?.name??"":this.i18n.t("panel.account");return i`<button type="button" class=${e?"waiting":""} aria-expanded=${this._areAccountsOpen?"true":"false"}
@click=${()=>{this._areAccountsOpen=!this._areAccountsOpen}}>${r}${l(v.expand)}</button>`}_account(C){let{t:H}=this.i18n;return i`
<section>
<h2><span class="ellipsis">${C.name}</span><span class=${C.is_balance_low?"waiting":"left"}>${C.balance===null?"":H("panel.texts_left",{n:C.balance})}</span></h2>
${C.push_url?i`
<div class="push">
<span class="push-url"><span class="label">${H("panel.push_url")}</span><code>${C.push_url}</code></span>
<button type="button" class="outlined" @click=${()=>this._copy(C)}>${l(this._copied===C.config_entry_id?v.done:v.copy)}
<span aria-live="polite">${H(this._copied===C.config_entry_id?"panel.copied":"panel.copy")}</span></button>
</div>
<p>${H("panel.push_url_hint")}</p>`:A}
</section>
`}async _copy({config_entry_id:C,push_url:H}){await R3(H??"",this.renderRoot),this._copied=C,setTimeout(()=>{this._copied=""},2500)}_chips(){let{t:C}=this.i18n;if(!this._conversations&&!this._error)return i`<div class="chips" aria-hidden="true">${[40,64,56].map(L=>i`<span class="bone chip" style="width: ${L}px"></span>`)}</div>`;let H=T3.filter(L=>L!=="unreadable"||this.isAdmin&&(this._counts.unreadable>0||this._filter===L));return i`<div class="chips" role="group" aria-label=${C("panel.filters")}>${H.map(L=>{let e=L==="all"?0:this._counts[L];return i`<button type="button" class="chip" aria-pressed=${L===this._filter?"true":"false"} @click=${()=>this._setFilter(L)}
>${C(`panel.filter_${L}`)}${e?i`<span class="count">${this.i18n.number(e)}</span>`:A}</button>`})}</div>`}_lines(){let{t:C}=this.i18n,H=this._conversations&&this._error?.code!=="offline"?this._error:null;return H?i`<div class="line bad" role="alert">${l(v.alert)}<span>${H.message||C("error.failed")}</span></div>`:this._accounts.map(L=>{let e=L.problem??L.log_error,r=[L.log_error?C("panel.not_shown"):"",L.unreachable_since?C("panel.unreachable",{time:this.i18n.moment(L.unreachable_since)}):"",L.queued?C(L.unreachable_since?"panel.waiting":"panel.waiting_only",{n:L.queued}):""].filter(Boolean);if(!e&&!r.length)return A;let t=this._accounts.length>1?i`<strong>${L.name}</strong> `:A;return i`<div class="line ${e?"bad":""}" role="status">${l(e?v.alert:X.waiting)}<span>${t}${e}<div>${this.i18n.sentences(r)}</div></span></div>`})}_content(){let{t:C}=this.i18n;if(this._error&&!this._conversations)return this._trouble(this._error);if(!this._conversations)return i`<div aria-hidden="true">${Array.from({length:7},()=>i`<div class="row"><span class="avatar plain"></span><span class="texts"><span class="bone"></span><span class="bone long"></span></span></div>`)}</div>`;if(this._hits)return this._found(this._conversations,this._hits);if(!this._conversations.length){let r=this._filter==="all"&&!this._accounts.some(({log_error:t})=>t);return this._empty(C(r?"panel.none":"panel.none_filtered"),r?C("panel.none_hint"):"")}let{first:H,last:L}=this._range,e=this._conversations.slice(H,L);return i`<div class="window" role="list" style="height: ${this._conversations.length*W1}px">
${d1(e,h,(r,t)=>this._row(r,H+t))}
</div>`}_found(C,H){let{t:L}=this.i18n;return!C.length&&!H.length?this._empty(L("panel.none_found",{query:this.words}),""):i`
${C.length?i`<h2 class="found">${L("panel.found_conversations")}</h2><div role="list">${C.map(e=>this._row(e,null))}</div>`:A}
${H.length?i`<h2 class="found">${L("panel.found_texts")}</h2><div role="list">${H.map(e=>this._hit(e))}</div>`:A}
`}_row(C,H){let{last:L,unread:e}=C,r=h(C)===this.selected,t=H===null?"":`position: absolute; inset-inline: 0; top: ${H*W1}px`;return i`<div role="listitem" aria-setsize=${H===null?A:this._hasMore?-1:this._conversations?.length??0} aria-posinset=${H===null?A:H+1} style=${t}>
<a class="row ${e?"unread":""}" data-key=${h(C)} href=${this.urlPrefix+D1(a2(C))} aria-current=${r?"true":A}
@click=${o=>this._go(o,a2(C),h(C))}>
${J(C)}
<span class="texts">
<span class="first"><span class="name">${this._name(C)}</span>${L?i`<time datetime=${L.at}>${this.i18n.brief(L.at)}</time>`:A}</span>
<span class="second"><span class="preview">${L?this._preview(L,C.signature):A}</span>
${e?i`<span class="badge" role="img" aria-label=${this.i18n.t("panel.unread",{n:e})}>${this.i18n.number(e)}</span>`:A}</span>
</span>
</a></div>`}_name({kind:C,name:H,mobiles:L,config_entry_id:e}){let r=this._accounts.length>1?this._accounts.find(n=>n.config_entry_id===e)?.name:"",t=C==="unreadable"?this.i18n.t("panel.number_unreadable"):C==="number"?w(H):H,o=C==="recipient"&&L.length>1?this.i18n.number(L.length):"";return i`<span class="ellipsis" dir="auto">${t}</span>${o?i`<span class="aside" title=${this.i18n.t("panel.group",{n:L.length})}>· ${o}</span>`:A}${r?i`<span class="aside ellipsis">· <bdi>${r}</bdi></span>`:A}`}_preview(C,H){let L=t=>i`<span class="ellipsis" dir="auto">${t}</span>`;if(C.direction!=="out")return L(C.message);let e=D(C.state),r=C.total>1&&C.delivered>0;return i`<span class="sign ${e}" role="img" aria-label=${this.i18n.t(`message.${C.state}`,{time:C.send_at?this.i18n.moment(C.send_at):""})}>${l(X[e])}</span>${r?i`<span class="part">${C.delivered}/${C.total}</span>`:A}${L(n1(C.message,H)[1])}`}_hit(C){let{preview:H,name:L}=C;return i`<div role="listitem"><a class="row hit" href=${this.urlPrefix+D1(A2(C))} @click=${e=>this._go(e,A2(C),h(C))}>
<span class="texts">
<span class="first"><span class="name"><span class="ellipsis" dir="auto">${w(L)}</span></span><time datetime=${H.at}>${this.i18n.brief(H.at)}</time></span>
<span class="preview two" dir="auto">${H.direction==="out"?i`<span class="sign ${D(H.state)}" aria-hidden="true">${l(X[D(H.state)])}</span>`:A}${this._marked(H.message)}</span>
</span></a></div>`}_marked(C){let H=C.toLocaleLowerCase().indexOf(this.words.toLocaleLowerCase());if(H<0)return C;let L=H+this.words.length,e=Math.max(0,H-24);return i`${e?"…":""}${C.slice(e,H)}<mark>${C.slice(H,L)}</mark>${C.slice(L)}`}_empty(C,H){return i`<div class="nothing">${l(v.message)}<h2>${C}</h2>${H?i`<p>${H}</p>`:A}</div>`}_trouble({code:C,message:H}){let{t:L}=this.i18n,e=C==="offline",r=e?"error.offline":C==="log_failed"?"error.log_failed":"error.failed";return i`<div class="nothing" role="alert">${l(v.alert)}<h2>${L(r)}</h2><p>${e?L("error.offline_hint"):H}</p>
<button type="button" class="outlined" @click=${()=>this._read()}>${L("error.retry")}</button></div>`}_go(C,H,L){C.ctrlKey||C.metaKey||C.shiftKey||C.button!==0||(C.preventDefault(),this.dispatchEvent(new CustomEvent("selected",{detail:L})),V1(this.urlPrefix,H))}_onKey(C){let H={ArrowDown:1,ArrowUp:-1}[C.key],L=[...this._rows.querySelectorAll("a.row")],e=L.indexOf(C.target.closest("a.row"));if(!H||e<0)return;C.preventDefault(),L[e+H]?.focus()}};S.styles=[B,C1,I1,f`
header {
position: relative;
z-index: 4;
gap: 4px;
padding: 6px 8px;
}
.titles {
flex: 1;
margin-inline-start: 8px;
min-width: 0;
}
h1 {
margin: 0;
font-size: 22px;
font-weight: 400;
line-height: 26px;
}
.balance {
min-height: 20px;
font-size: 13px;
line-height: 20px;
color: var(--ink-2);
}
.balance button {
white-space: nowrap;
display: inline-flex;
align-items: center;
border-radius: 4px;
min-height: 24px;
margin: -2px 0;
}
.balance .icon {
width: 18px;
height: 18px;
transition: transform 0.15s;
}
.balance button[aria-expanded="true"] .icon {
transform: rotate(180deg);
}
.accounts {
max-height: 45%;
overflow-y: auto;
flex: none;
margin: 0 12px 12px;
border: 1px solid var(--line);
border-radius: 16px;
background: var(--canvas);
}
.accounts section {
padding: 12px 14px;
}
.accounts section + section {
border-top: 1px solid var(--line);
}
.accounts h2 {
display: flex;
justify-content: space-between;
gap: 12px;
margin: 0;
font-size: 14px;
font-weight: 500;
}
.accounts .left {
color: var(--ink-2);
font-weight: 400;
white-space: nowrap;
}
.accounts p {
margin: 6px 0 0;
font-size: 12px;
color: var(--ink-2);
}
.push {
display: flex;
align-items: center;
gap: 10px;
margin-top: 10px;
}
.push-url {
flex: 1;
min-width: 0;
}
.push .label {
display: block;
font-size: 12px;
color: var(--ink-2);
}
.push code {
display: block;
font-size: 12px;
overflow-wrap: anywhere;
user-select: all;
}
.push .outlined {
min-height: 36px;
padding: 0 14px;
}
.tools {
flex: none;
padding: 0 12px 6px;
}
.search {
display: flex;
align-items: center;
gap: 10px;
height: 44px;
padding: 0 4px 0 14px;
border-radius: 22px;
background: color-mix(in srgb, var(--ink) 6%, var(--surface));
color: var(--ink-2);
}
.search:focus-within {
outline: 2px solid var(--link);
}
.search .icon {
width: 22px;
height: 22px;
}
.search input {
flex: 1;
min-width: 0;
height: 100%;
border: 0;
background: none;
font-size: 16px;
color: var(--ink);
appearance: none;
}
.search input:focus-visible {
outline: none;
}
.search input::-webkit-search-cancel-button {
display: none;
}
.search input::placeholder {
color: var(--ink-2);
opacity: 1;
}
.round.small {
width: 36px;
height: 36px;
}
.chips {
display: flex;
flex-wrap: wrap;
gap: 6px;
min-height: 46px;
padding: 8px 0 4px;
}
.chip {
display: inline-flex;
align-items: center;
gap: 6px;
height: 34px;
padding: 0 12px;
border: 1px solid var(--line);
border-radius: 17px;
font-size: 13px;
white-space: nowrap;
color: var(--ink-2);
flex: none;
}
.chip:hover {
background: var(--hover);
}
.chip[aria-pressed="true"] {
border-color: transparent;
background: var(--tint);
color: var(--link);
font-weight: 500;
}
.chip:focus-visible {
outline-offset: 0;
}
.count {
font-weight: 500;
font-variant-numeric: tabular-nums;
}
.rows {
position: relative;
flex: 1;
min-height: 0;
overflow-y: auto;
overscroll-behavior: contain;
padding-bottom: var(--safe-area-inset-bottom, env(safe-area-inset-bottom, 0px));
}
.window {
position: relative;
contain: layout;
}
.line {
display: flex;
gap: 12px;
margin: 2px 12px 8px;
padding: 10px 14px;
border-radius: 14px;
background: color-mix(in srgb, var(--warning-color, #ffa600) 14%, var(--surface));
color: var(--warn);
font-size: 13px;
}
.line.bad {
background: color-mix(in srgb, var(--error-color, #db4437) 11%, var(--surface));
color: var(--bad);
}
.line .icon {
width: 20px;
height: 20px;
}
.row {
display: flex;
align-items: center;
gap: 14px;
height: 72px;
margin: 0 8px;
padding: 0 12px;
border-radius: 16px;
transition: background-color 0.15s;
}
a.row:hover {
background: var(--hover);
}
a.row[aria-current] {
background: var(--tint);
}
a.row:focus-visible {
outline-offset: -2px;
}
.texts {
display: flex;
flex-direction: column;
gap: 2px;
flex: 1;
min-width: 0;
}
.first,
.second {
display: flex;
align-items: center;
gap: 10px;
min-width: 0;
}
.first {
align-items: baseline;
}
.name {
flex: 1;
display: flex;
align-items: baseline;
gap: 4px;
min-width: 0;
font-size: 15px;
}
.aside {
flex: none;
color: var(--ink-2);
font-size: 13px;
font-weight: 400;
}
.aside.ellipsis {
flex: 0 999 auto;
min-width: 0;
}
.row time {
font-size: 12px;
color: var(--ink-2);
white-space: nowrap;
}
.preview {
flex: 1;
display: flex;
align-items: center;
min-width: 0;
min-height: 20px;
color: var(--ink-2);
}
.preview.two {
display: -webkit-box;
-webkit-box-orient: vertical;
-webkit-line-clamp: 2;
overflow: hidden;
}
.sign {
display: inline-block;
vertical-align: -3px;
margin-inline-end: 5px;
}
.sign .icon {
width: 17px;
height: 17px;
}
.part {
margin-inline-end: 6px;
font-variant-numeric: tabular-nums;
}
.unread .name,
.unread .preview {
font-weight: 600;
color: var(--ink);
}
.unread time {
color: var(--link);
font-weight: 500;
}
.badge {
font-weight: 500;
flex: none;
}
.row.hit {
height: auto;
min-height: 64px;
padding-block: 8px;
}
mark {
background: color-mix(in srgb, var(--primary) 28%, transparent);
color: var(--ink);
border-radius: 3px;
}
.found {
margin: 10px 20px 4px;
font-size: 13px;
font-weight: 500;
color: var(--ink-2);
}
.nothing {
display: grid;
justify-items: center;
gap: 6px;
padding: 56px 24px 24px;
text-align: center;
color: var(--ink-2);
}
.nothing .icon {
width: 48px;
height: 48px;
opacity: 0.55;
}
.nothing h2 {
margin: 8px 0 0;
font-size: 16px;
font-weight: 500;
color: var(--ink);
}
.nothing p {
margin: 0 0 8px;
max-width: 300px;
}
.bone {
height: 12px;
width: 42%;
border-radius: 6px;
background: color-mix(in srgb, var(--ink-2) 14%, transparent);
}
.bone.long {
width: 76%;
margin-top: 8px;
}
.bone.chip {
height: 34px;
border: 0;
border-radius: 17px;
}
/* Two panes with little room. */
@container (min-width: 761px) and (max-width: 1020px) {
.filled {
padding: 0 12px;
}
.filled .icon {
margin: 0;
}
.new {
position: absolute;
width: 1px;
height: 1px;
overflow: hidden;
clip-path: inset(50%);
}
}
@container (max-width: 760px) {
.titles {
margin-inline-start: 0;
}
h1 {
font-size: 20px;
}
}
`],a([m({attribute:!1})],S.prototype,"client",2),a([m({attribute:!1})],S.prototype,"i18n",2),a([m()],S.prototype,"urlPrefix",2),a([m()],S.prototype,"selected",2),a([m({type:Boolean})],S.prototype,"isAdmin",2),a([d()],S.prototype,"_accounts",2),a([d()],S.prototype,"_counts",2),a([d()],S.prototype,"_conversations",2),a([d()],S.prototype,"_hits",2),a([d()],S.prototype,"_filter",2),a([d()],S.prototype,"_query",2),a([d()],S.prototype,"_range",2),a([d()],S.prototype,"_error",2),a([d()],S.prototype,"_isMenuOpen",2),a([d()],S.prototype,"_areAccountsOpen",2),a([d()],S.prototype,"_copied",2),a([b(".rows")],S.prototype,"_rows",2),S=a([T("smsadmin-list")],S);async function R3(M,V){if(navigator.clipboard)return navigator.clipboard.writeText(M);let C=Object.assign(document.createElement("textarea"),{value:M});V.append(C),C.select(),document.execCommand("copy"),C.remove()}function O5(M,V,C){let H=M.find(e=>e.direction==="in"&&e.id>C),L=[];for(let e of M){let r=V(e.at),t=L.at(-1);t?.day!==r&&(t={day:r,entries:[]},L.push(t));let o=e===H;t.entries.push({item:e,startsUnread:o,continues:!o&&F3(e,t.entries.at(-1)?.item)})}return L}function F3(M,V){return V?.direction!==M.direction||V.mobile!==M.mobile?!1:Math.abs(Date.parse(M.at)-Date.parse(V.at))<3e5}function b5(M,V){return[...new Map([...M,...V].map(H=>[H.id,H])).values()].sort((H,L)=>H.id-L.id)}function U1(M){return new Set(M.flatMap(({call_id:V})=>V??[]))}var p2="new-to",k5="new",E3=50,g=class extends y{constructor(){super(...arguments);this.accounts=[];this.recipients=[];this.offline=!1;this._chosen=[];this._numbers=[];this._account="";this._typed="";this._active=-1;this._fault="";this._accountFault="";this._logged=new Set;this._send=async({callId:C,message:H,sendAt:L})=>{if(!this._isComplete())return null;let e=this._to.map(({config_entry_id:t,conversation_id:o})=>({config_entry_id:t,conversation_id:o})),r=await this.client.call("smsadmin/send",{call_id:C,config_entry_id:this._sender?.config_entry_id??null,conversations:e,mobiles:this._numbers,message_ids:[],message:H,send_at:L});return r.errors.length?this._showFaults(r):(this._chosen=[],this._numbers=[],W(p2,N),this.dispatchEvent(new CustomEvent("sent",{detail:r})),r)}}connectedCallback(){super.connectedCallback();let{recipients:C,numbers:H,account:L}=I(p2);this._chosen=C,this._numbers=H,this._account=L}willUpdate(C){(!this.hasUpdated||C.get("offline"))&&this._readLogged()}async _readLogged(){let[C]=I(k5).attempt?.to??[];if(!C)return;let H={item_id:null,entity_id:null,before:null,after:null,around:null,since:null,limit:50};try{this._logged=U1((await this.client.call("smsadmin/thread",{...C,...H})).items)}catch{}}firstUpdated(){this._field.focus()}updated(C){["_chosen","_numbers","_account"].some(H=>C.has(H))&&W(p2,{...N,recipients:this._chosen,numbers:this._numbers,account:this._account})}get _to(){return this._chosen.flatMap(C=>this.recipients.find(H=>h(H)===C)??[])}get _refs(){let C=this._sender?.config_entry_id??"";return[...this._to.map(({config_entry_id:H,conversation_id:L})=>({config_entry_id:H,conversation_id:L})),...this._numbers.map(H=>({config_entry_id:C,conversation_id:`mobile:${H}`}))]}get _open(){return this.accounts.filter(({can_send_to_numbers:C})=>C)}get _sender(){return this._open.length===1?this._open[0]:this._open.find(({config_entry_id:C})=>C===this._account)}get _suggestions(){let C=this._typed.trim().toLocaleLowerCase(),H=C.replace(/\D/g,"");return this.recipients.filter(L=>!this._chosen.includes(h(L))).filter(({name:L,mobiles:e})=>L.toLocaleLowerCase().includes(C)||H!==""&&e.some(r=>r.includes(H))).slice(0,E3)}get _isUsable(){let C=$1(this._typed);return this._open.length>0&&C.length>0&&C.every(p1)}get _choices(){let C=this._suggestions.map(H=>({recipient:H,take:()=>this._choose(H)}));return this._isUsable?[...C,{recipient:null,take:()=>this._takeNumber()}]:C}_choose(C){this._chosen=[...this._chosen,h(C)],this._typed="",this._active=-1,this._fault="",this._field.focus()}_takeNumber(){this._takeTyped(),this._active=-1,this._field.focus()}_takeTyped(){let C=[];for(let L of $1(this._typed)){let e=this.recipients.find(r=>r.name.toLocaleLowerCase()===L.toLocaleLowerCase());e?this._chosen=[...new Set([...this._chosen,h(e)])]:p1(L)&&this._open.length?this._numbers=[...new Set([...this._numbers,L])]:C.push(L)}let H=C[0]&&p1(C[0])?"panel.numbers_by_admin":"panel.not_a_number";return this._fault=C[0]?this.i18n.t(H,{typed:C[0]}):"",this._typed=C.join("; "),!C.length}_onKey(C){if(C.isComposing||C.keyCode===229)return;let H=this._choices,L={ArrowDown:1,ArrowUp:-1}[C.key];if(L)C.preventDefault(),this._active=Math.max(-1,Math.min(H.length-1,this._active+L)),this.updateComplete.then(()=>this.renderRoot.querySelector("[role=option][aria-selected=true]")?.scrollIntoView({block:"nearest"}));else if(C.key==="Enter"){C.preventDefault();let e=this._typed&&H.length===1&&!p1(this._typed)?H[0]:void 0,r=H[this._active]??e;r?r.take():this._typed.trim()?this._takeTyped():(this._chosen.length||this._numbers.length)&&this._composer.focus()}else/^[,;，；、]$/.test(C.key)?(C.preventDefault(),this._takeTyped()):C.key==="Backspace"&&!this._typed?this._numbers.length?this._numbers=this._numbers.slice(0,-1):this._chosen=this._chosen.slice(0,-1):C.key==="Escape"&&(this._active=-1)}_onBlur(){this._typed.trim()&&this._takeTyped()}_isComplete(){return this._takeTyped()&&!this._to.length&&!this._numbers.length&&(this._fault=this.i18n.t("panel.no_recipient")),this._accountFault=this._numbers.length&&!this._sender?this.i18n.t("panel.choose_account"):"",this._fault&&this._field.focus(),!this._fault&&!this._accountFault}_showFaults(C){let H=(...r)=>C.errors.filter(({field:t})=>r.includes(t)),L=r=>this.i18n.sentences(r.map(({message:t})=>t));this._fault=L(H("recipients","mobiles")),this._accountFault=L(H("account"));let e=H("message","send_at");return e.length?{...C,errors:e}:null}render(){let{t:C}=this.i18n,[H]=this._to,L=H?this.accounts.find(t=>t.config_entry_id===H.config_entry_id):this._sender??this.accounts[0],e=this._choices,r=this._to.reduce((t,{mobiles:o})=>t+o.length,this._numbers.length);return i`
<header>
<button type="button" class="round back" aria-label=${C("panel.back")} @click=${()=>this.dispatchEvent(new CustomEvent("go-back"))}>${l(v.back)}</button>
<h1>${C("panel.new_text")}</h1>
</header>
<div class="to-line">
<label for="to">${C("panel.to")}</label>
<div class="tokens" @click=${()=>this._field.focus()}>
${this._to.map(t=>this._token(t.name,()=>{this._chosen=this._chosen.filter(o=>o!==h(t))}))}
${this._numbers.map(t=>this._token(w(t),()=>{this._numbers=this._numbers.filter(o=>o!==t)}))}
<input
id="to" autocomplete="off" spellcheck="false" dir="auto" role="combobox" aria-expanded=${e.length?"true":"false"} aria-controls="suggestions" aria-autocomplete="list"
aria-activedescendant=${this._active>=0?`option-${this._active}`:A} aria-invalid=${this._fault?"true":"false"} aria-describedby="to-fault"
placeholder=${this._chosen.length||this._numbers.length?"":C("panel.to_placeholder")} .value=${this._typed}
@input=${()=>{this._typed=this._field.value,this._active=-1,this._fault=""}} @keydown=${this._onKey} @blur=${this._onBlur}
/>
</div>
<span class="fault" id="to-fault" role="alert">${this._fault}</span>
</div>
${this._numbers.length&&this._open.length>1?this._accounts():A}
${this._options(e)}
<footer>
<smsadmin-composer
.i18n=${this.i18n} .submit=${this._send} .draftKey=${k5} .to=${this._refs} .logged=${this._logged} .recipientCount=${r} .offline=${this.offline}
.signature=${H?H.signature:L?.signature??""} .charset=${L?.charset??"utf-8"}
></smsadmin-composer>
</footer>
`}_token(C,H){return i`<span class="token"><span class="ellipsis" dir="auto">${C}</span><button type="button" aria-label=${this.i18n.t("panel.remove",{name:C})} @click=${H}>${l(v.close)}</button></span>`}_accounts(){let{t:C}=this.i18n;return i`<div class="to-line">
<label for="account">${C("panel.account")}</label>
<select id="account" class="field" aria-invalid=${this._accountFault?"true":"false"} aria-describedby="account-fault"
@change=${H=>{this._account=H.target.value,this._accountFault=""}}>
<option value="" ?selected=${!this._account}></option>
${this._open.map(({config_entry_id:H,name:L})=>i`<option value=${H} ?selected=${H===this._account}>${L}</option>`)}
</select>
<span class="fault" id="account-fault" role="alert">${this._accountFault}</span>
</div>`}_options(C){return i`<div class="suggestions" id="suggestions" role="listbox" aria-label=${this.i18n.t("panel.suggestions")}>
${C.map(({recipient:H,take:L},e)=>i`<div
class="suggestion" role="option" id="option-${e}" aria-selected=${e===this._active?"true":"false"}
@pointerdown=${r=>r.preventDefault()} @click=${L}
>${H?this._suggestion(H):this._numberOption()}</div>`)}
</div>`}_suggestion(C){let{name:H,mobiles:L,config_entry_id:e}=C,r=L.length>2?this.i18n.t("panel.group",{n:L.length}):L.map(w).join(" · "),t=this.accounts.length>1?this.accounts.find(o=>o.config_entry_id===e)?.name:"";return i`${J({...C,kind:"recipient"})}<span class="texts"><span class="ellipsis" dir="auto">${H}</span>
<span class="numbers ellipsis">${r}${t?i` · <bdi>${t}</bdi>`:A}</span></span>`}_numberOption(){let C=$1(this._typed).map(w).join(" · ");return i`${J({kind:"number",name:"",mobiles:[]})}<span class="ellipsis">${this.i18n.t("panel.use_number",{number:C})}</span>`}};g.styles=[B,C1,f`
:host {
background: var(--canvas);
}
header {
background: var(--surface);
}
.back {
display: none;
}
h1 {
margin: 0;
font-size: 17px;
font-weight: 500;
}
.to-line {
display: grid;
grid-template-columns: auto 1fr;
align-items: center;
gap: 4px 14px;
padding: 6px 20px 10px;
background: var(--surface);
border-bottom: 1px solid var(--line);
flex: none;
}
.to-line label {
color: var(--ink-2);
}
.to-line .fault {
grid-column: 2;
}
.fault:empty {
display: none;
}
.tokens {
display: flex;
flex-wrap: wrap;
align-items: center;
gap: 6px;
max-height: 148px;
overflow-y: auto;
cursor: text;
}
.token {
display: inline-flex;
align-items: center;
max-width: 100%;
height: 34px;
padding-inline-start: 14px;
border-radius: 17px;
background: var(--tint);
}
.token button {
display: grid;
place-items: center;
width: 32px;
height: 32px;
border-radius: 50%;
color: var(--ink-2);
flex: none;
}
.token .icon {
width: 18px;
height: 18px;
}
.tokens input {
flex: 1;
min-width: 140px;
height: 40px;
border: 0;
background: none;
font-size: 16px;
}
.tokens input:focus-visible {
outline: none;
}
.tokens input::placeholder {
color: var(--ink-2);
opacity: 1;
}
.tokens:focus-within {
box-shadow: 0 2px 0 var(--link);
}
.suggestions {
flex: 1;
min-height: 0;
overflow-y: auto;
padding: 8px;
}
.suggestion {
display: flex;
align-items: center;
gap: 14px;
min-height: 60px;
padding: 6px 12px;
border-radius: 16px;
cursor: pointer;
}
.suggestion:hover,
.suggestion[aria-selected="true"] {
background: var(--hover);
}
.suggestion .texts {
display: flex;
flex-direction: column;
min-width: 0;
}
.suggestion .texts > :first-child {
font-size: 15px;
}
.numbers {
color: var(--ink-2);
font-size: 13px;
font-variant-numeric: tabular-nums;
}
footer {
flex: none;
background: var(--surface);
border-top: 1px solid var(--line);
padding-bottom: var(--safe-area-inset-bottom, env(safe-area-inset-bottom, 0px));
}
@container (max-width: 760px) {
header {
padding-inline: 4px;
}
.back {
display: inline-grid;
}
}
`],a([m({attribute:!1})],g.prototype,"client",2),a([m({attribute:!1})],g.prototype,"i18n",2),a([m({attribute:!1})],g.prototype,"accounts",2),a([m({attribute:!1})],g.prototype,"recipients",2),a([m({type:Boolean})],g.prototype,"offline",2),a([d()],g.prototype,"_chosen",2),a([d()],g.prototype,"_numbers",2),a([d()],g.prototype,"_account",2),a([d()],g.prototype,"_typed",2),a([d()],g.prototype,"_active",2),a([d()],g.prototype,"_fault",2),a([d()],g.prototype,"_accountFault",2),a([d()],g.prototype,"_logged",2),a([b("#to")],g.prototype,"_field",2),a([b("smsadmin-composer")],g.prototype,"_composer",2),g=a([T("smsadmin-new")],g);var m2="config/config_entries/subentries/flow",y5="component.smsadmin.config_subentries.recipient";function w5({data_schema:M}){return M?.some(({name:V})=>V==="confirm")===!0}var _=class extends y{constructor(){super(...arguments);this._fault="";this._confirmLabel="";this._isSaving=!1}firstUpdated(){this._dialog.showModal()}async _save(C){C.preventDefault();let H=this._field.value.trim();if(this._fault=H?"":this.i18n.t("panel.name_missing"),!H||this._isSaving)return this._field.focus();this._isSaving=!0;try{await this._create(H)}catch(L){this._fault=L.body?.message??this.i18n.t("error.failed")}finally{this._isSaving=!1}}async _create(C){let H=this.hass(),{config_entry_id:L,mobiles:e}=this.conversation,{flow_id:r}=await H.callApi("POST",m2,{handler:[L,"recipient"]}),t=n=>H.callApi("POST",`${m2}/${r}`,{name:C,mobiles:e,...n}),o=await t({});if(w5(o)&&this._confirmBox?.checked&&(o=await t({confirm:!0})),o.type==="create_entry"){this.dispatchEvent(new CustomEvent("saved"));return}await this._explain(o),o.type==="form"&&await H.callApi("DELETE",`${m2}/${r}`)}async _explain(C){let{errors:H,description_placeholders:L}=C,[e]=Object.values(H??{}),r=await this.hass().loadBackendTranslation("config_subentries","smsadmin");this._fault=r(`${y5}.error.${e}`,L??{})||this.i18n.t("error.failed"),this._confirmLabel=w5(C)?r(`${y5}.step.user.data.confirm`):""}render(){let{t:C}=this.i18n;return i`
<dialog aria-labelledby="title" @close=${()=>this.dispatchEvent(new CustomEvent("closed"))}>
<form @submit=${this._save}>
<h2 id="title">${C("panel.add_recipient")}</h2>
<p>${C("panel.add_recipient_hint",{number:w(this.conversation.name)})}</p>
<label><span>${C("panel.add_recipient_name")}</span>
<input class="field" autocomplete="off" autofocus aria-invalid=${this._fault?"true":"false"} aria-describedby="fault" @input=${()=>{this._fault=""}} /></label>
<span class="fault" id="fault" role="alert">${this._fault}</span>
${this._confirmLabel?i`<label class="confirm"><input type="checkbox" />${this._confirmLabel}</label>`:A}
<div class="actions">
<button type="button" class="outlined" @click=${()=>this._dialog.close()}>${C("panel.cancel")}</button>
<button type="submit" class="filled" ?disabled=${this._isSaving}>${C("panel.save")}</button>
</div>
</form>
</dialog>
`}};_.styles=[B,f`
label span {
display: block;
margin-bottom: 4px;
font-size: 13px;
color: var(--ink-2);
}
.confirm {
display: flex;
align-items: center;
gap: 8px;
min-height: 44px;
}
`],a([m({attribute:!1})],_.prototype,"hass",2),a([m({attribute:!1})],_.prototype,"i18n",2),a([m({attribute:!1})],_.prototype,"conversation",2),a([d()],_.prototype,"_fault",2),a([d()],_.prototype,"_confirmLabel",2),a([d()],_.prototype,"_isSaving",2),a([b("dialog")],_.prototype,"_dialog",2),a([b("input")],_.prototype,"_field",2),a([b("input[type=checkbox]")],_.prototype,"_confirmBox",2),_=a([T("smsadmin-recipient-form")],_);var G1=class{#V;#C;#H=new Set;constructor(V,C){this.#V=V,this.#C=C}isBusy({id:V}){return this.#H.has(V)}async cancel(V){let C=V.numbers.filter(({state:L})=>L==="queued").map(({message_id:L})=>L),H=({message_id:L,state:e})=>C.includes(L)&&e==="cancelled";await this.#M(V,async()=>{try{await this.#C.client().call("smsadmin/cancel",{config_entry_id:this.#C.entryId(),message_ids:C})}catch(L){if(!(await this.#C.read()).find(({id:r})=>r===V.id)?.numbers.some(H))throw L}})}sendAgain(V,C){return this.#M(V,async()=>{let{errors:H}=await this.#C.client().call("smsadmin/send",{call_id:y1(),config_entry_id:this.#C.entryId(),conversations:[],mobiles:[],message_ids:C.map(({message_id:L})=>L),message:"",send_at:null});if(H.length)throw new P("refused",this.#C.i18n().sentences(H.map(({message:L})=>L)))})}async#M(V,C){if(this.#H.has(V.id))return!1;this.#H.add(V.id),this.#C.setNotice(""),this.#V.requestUpdate();let H=!0;try{await C()}catch(L){H=!1;let{t:e}=this.#C.i18n(),{code:r,message:t}=L;this.#C.setNotice(r==="offline"?e("error.offline"):t||e("error.failed"))}return await this.#C.read(),this.#H.delete(V.id),this.#V.requestUpdate(),H}};function _5(M){let V=new Set,C=new Map;for(let{id:H,message:L,numbers:e}of[...M].reverse()){let r=({mobile:t})=>JSON.stringify([t,L]);C.set(H,e.filter(t=>D(t.state)==="failed"&&!V.has(r(t))));for(let t of e)t.state!=="cancelled"&&V.add(r(t))}return C}var l2=M=>M.state==="unconfirmed";function T5(M,V){let C=S5(M.numbers.map(o=>o.state)),H=M.direction==="out"?"out":"in",L=M.direction==="out"?C.tone:M.direction==="in"?"received":"unclear",[e,r]=M.direction==="out"?n1(M.message,V.signature):["",M.message],t=()=>{getSelection()?.toString()||V.onToggle(M)};return i`
<div class="message ${H} tone-${L} ${V.continues?"continues":""} ${V.isHighlighted?"highlighted":""}">
<div class="bubble" @click=${t}>
${M.in_reply_to?$3(M,V):A}<span class="words" dir="auto">${e?i`<span class="front">${e}</span>`:A}${r}</span>
</div>
<div class="meta">${D3(M,C,V)}</div>
${V.isExpanded?G3(M,V):A}
</div>
`}function $3(M,{i18n:V,onQuote:C,signature:H}){let L=M.in_reply_to;if(!L)return A;let e=i`<span class="for-readers">${V.t("message.answers")} </span>
<span class="quoted" dir="auto">${n1(L.message,H)[1]}</span><span class="quoted-at">${V.moment(L.at)}</span>`,r=t=>{t.stopPropagation(),L.id!==null&&C(L.id)};return L.id===null?i`<span class="quote">${e}</span>`:i`<button type="button" class="quote" @click=${r}>${e}</button>`}function D3(M,V,C){let{i18n:H}=C,L=({currentTarget:t})=>{t.title=H.full(M.at)},e=i`<time datetime=${M.at} @pointerenter=${L}>${H.time(M.at)}</time>`,r=(t,o)=>i`<button
type="button" class="state ${o}" aria-expanded=${C.isExpanded?"true":"false"} @click=${()=>C.onToggle(M)}
>${t}</button>`;if(M.direction!=="out"){let t=M.mobile&&C.isGroup?w(M.mobile):"",o=M.direction==="unreadable"?M.reason??H.t("message.quarantined"):t;return i`${e}${o?r(o,M.direction==="unreadable"?"unclear":"received"):N3(M,C)}`}return i`${e}${r(i`${l(X[V.tone])}<span>${I3(M,V,H)}</span>`,V.tone)}${U3(M,C)}`}function N3(M,V){return i`<button
type="button" class="state received more" aria-label=${V.i18n.t("message.details")}
aria-expanded=${V.isExpanded?"true":"false"} @click=${()=>V.onToggle(M)}
>${l(v.expand)}</button>`}function I3(M,V,C){let H=M.numbers.find(L=>L.state===V.state);if(V.total>1&&(V.delivered||V.failed||V.unclear)){let L=[C.t("message.progress",{delivered:V.delivered,total:V.total})];return V.failed&&L.push(C.t("message.failed_of",{n:V.failed})),V.unclear&&L.push(C.t("message.unclear_of",{n:V.unclear})),L.join(" · ")}return H?R5(H,M,C):""}function R5(M,V,C){let H=W3(M,V,C);return M.reason?M.history.some(({state:e,source:r})=>e===M.state&&r!==null)?R1(M.reason):C.t("message.with_reason",{state:H,reason:M.reason}):H}function W3({state:M,at:V},C,H){return M==="delivered"?H.t("message.delivered_at",{time:H.moment(V)}):M==="scheduled"&&C.send_at?H.t("message.scheduled",{time:H.moment(C.send_at)}):M==="queued"&&C.expires_at?H.t("message.queued_until",{time:H.moment(C.expires_at)}):H.t(`message.${M}`,{time:C.send_at?H.moment(C.send_at):""})}function U3(M,V){if(!V.canSend)return A;let C=(H,L)=>i`<button type="button" class="textual" aria-disabled=${V.isBusy?"true":A} @click=${()=>L(M)}>${V.i18n.t(`message.${H}`)}</button>`;return M.numbers.some(H=>H.state==="queued")?C("cancel",V.onCancel):V.failed.length?C("send_again",V.onSendAgain):M.numbers.some(l2)?C("why",V.onWhy):A}function G3(M,V){return i`<div class="details appears">${M.direction==="out"?Q3(M,V):z3(M,V.i18n)}</div>`}function Q3(M,{i18n:V,onDetails:C}){let H=t=>t.state==="delivered",L=[...M.numbers.filter(t=>!H(t)),...M.numbers.filter(H)],[e,r]=L;return e&&!r?i`<div class="who">${B5(e,M,V)}</div>${P5(e,M,V)}`:L.map(t=>i`<details @toggle=${()=>C(M)}><summary class="who">${B5(t,M,V)}</summary>${P5(t,M,V)}</details>`)}function B5(M,V,C){let H=D(M.state);return i`<span class="mobile">${w(M.mobile)}</span>
<span class="fate ${H}">${l(X[H])}<span>${R5(M,V,C)}</span></span>`}function P5({history:M},V,C){return i`<ul class="history">${M.map(({state:H,status:L,at:e,source:r})=>{let t=C.t(`message.${H}`,{time:V.send_at?C.moment(V.send_at):""});return F5(e,[t,L,r&&C.t(`message.${r}`)],C)})}</ul>`}function F5(M,V,C){return i`<li><time datetime=${M} title=${C.full(M)}>${C.moment(M)}</time><span>${V.filter(Boolean).join(" · ")}</span></li>`}function z3({at:M,mobile:V,source:C,direction:H},L){let e=L.t(H==="in"?"message.received":"message.quarantined");return i`<ul class="history">${F5(M,[V&&w(V),e,C&&L.t(`message.${C}`)],L)}</ul>`}var E5=f`
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
`;function $5(M){let V=M.getBoundingClientRect().top;for(let C of M.querySelectorAll("li[data-id]")){let H=C.getBoundingClientRect();if(H.bottom>=V)return{id:C.dataset.id??"",top:H.top-V}}return null}function Q1(M,V){return M.querySelector(`li[data-id="${V}"]`)}function v2(M,V,C){let H=V.getBoundingClientRect().top-M.getBoundingClientRect().top-C;H&&(M.scrollTop+=H)}function D5(M,{id:V,top:C}){let H=Q1(M,V);H&&v2(M,H,C)}function x2({scrollHeight:M,clientHeight:V}){return`${M}/${V}`}function N5({scrollHeight:M,scrollTop:V,clientHeight:C}){return M-V-C}var q3=68,I5=50,z1=400,W5=800,Z=class extends y{constructor(){super(...arguments);this.isAdmin=!1;this.severalAccounts=!1;this.offline=!1;this._conversation=null;this._items=[];this._hasOlder=!1;this._hasNewer=!1;this._readUpTo=0;this._expanded=new Set;this._highlighted=null;this._error=null;this._notice="";this._isAtEnd=!0;this._isMenuOpen=!1;this._announcement="";this._isLoading=!1;this._shownKey="";this._anchor=null;this._scrollTo=null;this._size="";this._actions=new G1(this,{client:()=>this.client,i18n:()=>this.i18n,entryId:()=>this.ref.config_entry_id,read:async()=>(await this._reread(),this._items),setNotice:C=>{this._notice=C}});this._resizes=new ResizeObserver(()=>this._restoreScroll());this._markRead=()=>{let C=this._items.at(-1);if(!(this._frame===void 0&&document.visibilityState==="visible"&&this._isAtEnd&&!this._hasNewer)||!C||!this._conversation?.unread||this.offline)return;let{config_entry_id:e,conversation_id:r}=this._conversation;this._conversation={...this._conversation,unread:0},this.client.call("smsadmin/read",{config_entry_id:e,conversation_id:r,up_to:C.id}).catch(()=>{})};this._send=async({callId:C,message:H,sendAt:L})=>{let{config_entry_id:e,conversation_id:r}=this._conversation,t=await this.client.call("smsadmin/send",{call_id:C,config_entry_id:null,conversations:[{config_entry_id:e,conversation_id:r}],mobiles:[],message_ids:[],message:H,send_at:L}),o=this._isUnrecorded?this._tell(t):t;return o.errors.length||(this._isAtEnd=!0,this._hasNewer?this._load({},"replace"):this.refresh()),o}}connectedCallback(){super.connectedCallback(),document.addEventListener("visibilitychange",this._markRead),this._scroller&&(this._resizes.observe(this._scroller),this._restoreScroll())}disconnectedCallback(){super.disconnectedCallback(),document.removeEventListener("visibilitychange",this._markRead),clearTimeout(this._refresh),this._refresh=void 0,this._resizes.disconnect()}get conversation(){return this._conversation}onChange(C){C.config_entry_id===this.ref.config_entry_id&&this.refresh()}refresh(){this._refresh===void 0&&(this._refresh=setTimeout(async()=>{this._refresh=void 0,await this._reread()},200))}willUpdate(C){C.has("ref")&&JSON.stringify(this.ref)!==this._shownKey&&this._open(),this._rememberAnchor()}updated(C){C.get("i18n")&&this.refresh(),this._scroller&&this.isConnected&&this._resizes.observe(this._scroller),this._isAtEnd?this._frame??=requestAnimationFrame(()=>{this._frame=void 0,this._restoreScroll()}):this._restoreScroll()}_open(){this._shownKey=JSON.stringify(this.ref),this._items=[],this._conversation=null,this._error=null,this._notice="",this._expanded=new Set,this._highlighted=this.ref.around,this._hasOlder=this._hasNewer=this._isLoading=!1,this._isAtEnd=!0,this.ref.around===null?this._load({},"replace",1+Math.floor(innerHeight/q3)):this._load({around:this.ref.around},"replace")}async _load(C,H,L=I5){let e=this._shownKey,{config_entry_id:r,conversation_id:t,item_id:o}=this.ref,n={config_entry_id:r,conversation_id:t,item_id:o,entity_id:null,before:null,after:null,around:null,since:null,...C,limit:L};this._isLoading=!0;try{let x=await this.client.call("smsadmin/thread",n);e===this._shownKey&&this._take(x,C,H)}catch(x){e===this._shownKey&&(this._error=x)}finally{e===this._shownKey&&(this._isLoading=!1)}}_take(C,H,L){this._isUnrecorded&&C.log_error===null&&(this._notice=""),this._error=null;let e=this._conversation&&h(this._conversation),r=h(C.conversation);this._conversation=C.conversation,e&&e!==r&&$2(e,r),this._items.length||(this._readUpTo=C.read_up_to),C.log_error!==null?this._error=new P("log_failed",C.log_error):L==="replace"?(this._items=C.items,this._hasOlder=C.has_older,this._hasNewer=C.has_newer,this._scrollTo=H.around??(H.since?C.items[0]?.id??"end":"end")):this._merge(C,H),e!==r&&this.dispatchEvent(new CustomEvent("conversation-opened",{detail:C.conversation}))}_merge(C,H){let L=this._items.at(-1)?.id??0,e=b5(this._items,C.items);H.before!=null?(this._hasOlder=C.has_older,e.length>z1&&(e=e.slice(0,z1),this._hasNewer=!0)):(this._hasNewer=C.has_newer,e.length>z1&&(e=e.slice(-z1),this._hasOlder=!0)),this._items=e,H.before==null&&this._announce(e.filter(({id:r,direction:t})=>r>L&&t==="in"))}async _reread(){let C=this._items[0],H=this._items.at(-1);if(!this._conversation||!C||!H)return this._load({},"replace");let L=this._items.length;await this._load({after:C.id-1},"merge",this._hasNewer?L:L+I5)}_announce(C){let H=C.at(-1);!H||!this._conversation||(this._announcement=this.i18n.t("panel.arrived",{name:this._conversation.name,message:H.message}))}_rememberAnchor(){let C=this._scroller;C&&this.isConnected&&(this._anchor=this._isAtEnd?null:$5(C))}_restoreScroll(){let C=this._scroller;if(!(!C||!this.isConnected)){if(this._scrollTo!==null&&this._items.length){let H=this._scrollTo==="end"?null:Q1(C,this._scrollTo);this._scrollTo=null,this._isAtEnd=!H,H?v2(C,H,C.clientHeight/3):C.scrollTop=C.scrollHeight}else this._keepPlace();this._look()}}_keepPlace(){let C=this._scroller;C&&(this._isAtEnd?this._hasNewer||(C.scrollTop=C.scrollHeight):this._anchor&&D5(C,this._anchor))}_onScroll(){this._scroller&&x2(this._scroller)!==this._size&&this._keepPlace(),this._look()}_look(){let C=this._scroller;if(!C)return;let H=N5(C);this._size=x2(C),this._isAtEnd=H<40&&!this._hasNewer,this._rememberAnchor(),this._isAtEnd&&this._markRead(),!(this._isLoading||this._error||!this._items.length)&&(this._hasOlder&&C.scrollTop<W5?this._load({before:this._items[0]?.id??null},"merge"):this._hasNewer&&H<W5&&this._load({after:this._items.at(-1)?.id??null},"merge"))}_toEnd(){this._scroller?.focus(),this._hasNewer?this._load({},"replace"):this._show("end")}_toItem(C){this._highlighted=C,this._scroller&&Q1(this._scroller,C)?this._show(C):this._load({around:C},"replace")}_show(C){this._scrollTo=C,this.requestUpdate()}_pickDate(){try{this._dateField.showPicker()}catch{this._dateField.focus()}}_onDate(){let C=this._dateField.value;C&&this._load({since:this.i18n.instantOf(`${C}T00:00`)},"replace")}get _isUnrecorded(){return this._error?.code==="log_failed"}get _isGone(){return this._error?.code==="not_found"}_tell(C){let{errors:H,accepted:L,queued:e,unconfirmed:r}=C;if(H.length)return C;let t=B1(C,this.i18n);return L+e+r?(this._notice=t,C):{...C,errors:[{field:"message",message:t}]}}_why(C){h5(this.renderRoot,this.i18n,()=>{this._sendAgain(C,C.numbers.filter(l2))})}async _sendAgain(C,H){await this._actions.sendAgain(C,H)&&(this._isAtEnd=!0)}_toggle(C){let H=new Set(this._expanded);H.delete(C.id)||H.add(C.id),this._expanded=H,this._keepInSight(C)}_keepInSight(C){this._items.at(-1)?.id!==C.id&&(this._isAtEnd=!1,this._rememberAnchor())}render(){return i`
${this._header()}
<div class="for-readers" aria-live="polite">${this._announcement}</div>
${this._error&&!this._items.length?this._trouble(this._error):this._texts()}
${this._footer()}
`}_header(){let{t:C}=this.i18n,H=this._conversation;return i`
<header>
<button type="button" class="round back" aria-label=${C("panel.back")} @click=${()=>this._emit("go-back")}>${l(v.back)}</button>
${H?J(H):this._error?A:i`<span class="avatar plain"></span>`}
<div class="who-is">
${H?i`<h1 class="ellipsis" dir="auto" tabindex="-1">${this._name(H)}</h1>`:A}
<div class="ellipsis below">${H?this._subtitle(H):this._error?A:i`<span class="bone wide"></span>`}</div>
</div>
${H&&!this._isGone?this._tools(H):A}
</header>
`}_name({kind:C,name:H}){return C==="unreadable"?this.i18n.t("panel.number_unreadable"):C==="number"?w(H):H}_subtitle({kind:C,mobiles:H}){let L=H.length>2?this.i18n.t("panel.group",{n:H.length}):H.map(w).join(" · ");return[C==="recipient"?L:"",this.severalAccounts||C!=="recipient"?this.account?.name??"":""].filter(Boolean).join(" · ")}_tools(C){let{t:H}=this.i18n,L=C.kind==="number"&&this.isAdmin,e=r=>()=>this._emit("export",{format:r,conversation:C});return i`
${L?i`<button type="button" class="outlined add" @click=${()=>this._emit("add-recipient",C)}>${l(v.addPerson)}<span>${H("panel.add_recipient")}</span></button>`:A}
<span class="date">
<button type="button" class="round" aria-label=${H("panel.jump")} title=${H("panel.jump")} @click=${this._pickDate}>${l(v.calendar)}</button>
<input class="jump-date" type="date" tabindex="-1" aria-label=${H("panel.jump")} max=${this.i18n.dayOf(new Date)} @change=${this._onDate} />
</span>
${this.isAdmin?N1({label:H("panel.more"),isOpen:this._isMenuOpen,setOpen:r=>{this._isMenuOpen=r},title:H("panel.export_this"),items:[{label:H("panel.export_csv"),act:e("csv")},{label:H("panel.export_json"),act:e("json")}]}):A}
`}_texts(){let{t:C}=this.i18n;if(!this._conversation)return i`<div class="scroller" aria-busy="true" aria-label=${C("panel.loading")} role="group">${this._skeleton()}</div>`;let H=_5(this._items),L=O5(this._items,this.i18n.dayOf,this._readUpTo);return i`
<div class="middle">
<div class="scroller" tabindex="0" role="group" aria-label=${this._name(this._conversation)} @scroll=${this._onScroll}>
<div class="older">${this._hasOlder?i`<span class="spinner" role="img" aria-label=${C("panel.older")}></span>`:A}</div>
${this._conversation.kind==="unreadable"?i`<p class="hint">${C("panel.unreadable_hint")}</p>`:A}
${this._items.length?A:i`<p class="hint">${C("panel.none")}</p>`}
<div class="days">${d1(L,({day:e})=>e,({entries:e})=>this._day(e,H))}</div>
</div>
${this._isAtEnd&&!this._hasNewer?A:i`<button type="button" class="to-end appears" aria-label=${C("panel.latest")} title=${C("panel.latest")} @click=${this._toEnd}>
${l(v.down)}${this._conversation.unread?i`<span class="badge">${this._conversation.unread}</span>`:A}</button>`}
</div>
`}_day(C,H){let[L]=C;return i`<section>
<div class="day"><span>${L?this.i18n.day(L.item.at):""}</span></div>
<ol>${d1(C,({item:e})=>e.id,({item:e,startsUnread:r,continues:t})=>i`
${r?i`<li class="unread"><span>${this.i18n.t("message.unread_below")}</span></li>`:A}
<li data-id=${e.id}>${T5(e,this._context(e,t,H.get(e.id)??[]))}</li>`)}</ol>
</section>`}_context(C,H,L){return{i18n:this.i18n,continues:H,isExpanded:this._expanded.has(C.id),isHighlighted:this._highlighted===C.id,signature:this._conversation?.signature??"",isGroup:(this._conversation?.mobiles.length??0)>1,canSend:this._conversation?.can_send===!0&&!this.offline&&!this._isGone,isBusy:this._actions.isBusy(C),failed:L,onToggle:e=>this._toggle(e),onDetails:e=>{this._keepInSight(e),this._restoreScroll()},onCancel:e=>{this._actions.cancel(e)},onSendAgain:e=>{this._sendAgain(e,L)},onWhy:e=>this._why(e),onQuote:e=>this._toItem(e)}}_skeleton(){return i`<div class="skeleton" aria-hidden="true">${[62,40,74,48].map((C,H)=>i`<span class="bone" style="width: ${C}%; align-self: ${H%2?"flex-start":"flex-end"}"></span>`)}</div>`}_trouble(C){let{t:H}=this.i18n,L=["offline","not_found","log_failed"].includes(C.code)?C.code:"failed",e=L==="offline"||L==="not_found"?H(`error.${L}_hint`):C.message;return i`
<div class="trouble" role="alert">
${l(v.alert)}
<h2>${H(`error.${L}`)}</h2>
<p>${e}</p>
${L==="not_found"?i`<button type="button" class="outlined" @click=${()=>this._emit("go-back")}>${H("error.back")}</button>`:i`<button type="button" class="outlined" @click=${this._open}>${H("error.retry")}</button>`}
</div>
`}_footer(){let{t:C}=this.i18n,H=this._conversation,L=this._isGone&&this._items.length?`${C("error.not_found")}. ${C("error.not_found_hint")}`:this._notice||(this._items.length&&this._error&&this._error.code!=="offline"?this._error.message||C("error.failed"):""),e=L?i`<div class="notice" role="alert">${l(v.alert)}<span>${L}</span></div>`:A;return H?H.kind==="unreadable"?e:H.can_send?i`
<footer>
${e}
<smsadmin-composer
.i18n=${this.i18n} .submit=${this._send} .signature=${H.signature} .charset=${this.account?.charset??"utf-8"}
.recipientName=${this._name(H)} .recipientCount=${H.mobiles.length} .offline=${this.offline} .readonly=${this._isGone}
.draftKey=${h(H)} .logged=${U1(this._items)}
></smsadmin-composer>
</footer>
`:i`<footer>${e}<p class="read-only">${C("composer.read_only")}</p></footer>`:this._error?A:i`<footer class="empty"></footer>`}_emit(C,H){this.dispatchEvent(new CustomEvent(C,{detail:H}))}focus(){this.updateComplete.then(()=>{((matchMedia("(pointer: fine)").matches?this._composer:null)??this.renderRoot.querySelector("h1"))?.focus()})}};Z.styles=[B,C1,E5,I1,f`
:host {
background: var(--canvas);
}
header {
padding: 6px 8px 6px 20px;
background: var(--surface);
border-bottom: 1px solid var(--line);
}
.back {
display: none;
}
header .avatar {
width: 40px;
height: 40px;
margin-inline-end: 6px;
}
.who-is {
flex: 1;
min-width: 0;
}
h1 {
margin: 0;
font-size: 17px;
font-weight: 500;
line-height: 24px;
}
.who-is .below {
font-size: 13px;
line-height: 18px;
color: var(--ink-2);
font-variant-numeric: tabular-nums;
}
.add {
min-height: 36px;
}
.date {
position: relative;
}
.jump-date {
position: absolute;
inset: auto 0 0 0;
width: 100%;
height: 1px;
padding: 0;
border: 0;
opacity: 0;
pointer-events: none;
color-scheme: light dark;
}
.middle {
position: relative;
display: flex;
flex: 1;
min-height: 0;
}
.scroller {
flex: 1;
min-height: 0;
display: flex;
flex-direction: column;
overflow-y: auto;
overflow-x: hidden;
overflow-anchor: none;
overscroll-behavior: contain;
padding: 0 max(20px, (100% - 920px) / 2) 12px;
}
.scroller:focus-visible {
outline-offset: -3px;
}
.older {
display: grid;
place-items: center;
height: 40px;
flex: none;
}
.spinner {
width: 22px;
height: 22px;
border-radius: 50%;
border: 3px solid var(--line);
border-top-color: var(--primary);
animation: turn 0.9s linear infinite;
}
@keyframes turn {
to {
transform: rotate(360deg);
}
}
.hint {
margin: 0 auto 8px;
max-width: 480px;
text-align: center;
color: var(--ink-2);
}
.days {
margin-top: auto;
}
ol {
list-style: none;
margin: 0;
padding: 0;
}
.day {
position: sticky;
top: 8px;
z-index: 1;
display: flex;
justify-content: center;
padding: 14px 0 2px;
pointer-events: none;
}
.day span {
padding: 3px 14px;
border-radius: 14px;
border: 1px solid var(--line);
background: var(--surface);
color: var(--ink-2);
font-size: 12px;
}
.unread {
display: flex;
align-items: center;
gap: 12px;
margin-top: 14px;
color: var(--link);
font-size: 12px;
font-weight: 500;
}
.unread::before,
.unread::after {
content: "";
flex: 1;
height: 1px;
background: color-mix(in srgb, var(--primary) 40%, transparent);
}
.to-end {
position: absolute;
right: 20px;
bottom: 14px;
display: grid;
place-items: center;
width: 44px;
height: 44px;
border-radius: 50%;
background: var(--surface);
border: 1px solid var(--line);
box-shadow: 0 2px 8px rgb(0 0 0 / 18%);
color: var(--ink-2);
}
.badge {
position: absolute;
top: -6px;
right: -4px;
}
footer {
flex: none;
background: var(--surface);
border-top: 1px solid var(--line);
padding-bottom: var(--safe-area-inset-bottom, env(safe-area-inset-bottom, 0px));
}
footer.empty {
height: 87px;
}
.notice {
display: flex;
align-items: center;
gap: 10px;
padding: 10px 20px;
background: color-mix(in srgb, var(--error-color, #db4437) 10%, var(--surface));
color: var(--bad);
font-size: 13px;
}
.notice .icon {
width: 20px;
height: 20px;
}
.read-only {
margin: 0;
padding: 16px 20px;
text-align: center;
color: var(--ink-2);
}
.trouble {
flex: 1;
display: grid;
justify-items: center;
align-content: center;
gap: 8px;
padding: 24px;
text-align: center;
color: var(--ink-2);
}
.trouble .icon {
width: 44px;
height: 44px;
color: var(--warn);
}
.trouble h2 {
margin: 4px 0 0;
font-size: 18px;
font-weight: 500;
color: var(--ink);
}
.trouble p {
margin: 0 0 8px;
max-width: 420px;
}
.skeleton {
display: flex;
flex-direction: column;
justify-content: flex-end;
gap: 30px;
flex: 1;
padding-bottom: 34px;
}
.bone {
display: inline-block;
width: 110px;
height: 12px;
border-radius: 6px;
background: color-mix(in srgb, var(--ink-2) 14%, transparent);
}
.bone.wide {
width: 160px;
}
.skeleton .bone {
height: 40px;
border-radius: 20px;
max-width: 420px;
}
@container (max-width: 760px) {
header {
padding-inline-start: 4px;
}
.back {
display: inline-grid;
}
.scroller {
padding-inline: 12px;
}
.bubble {
max-width: 84%;
}
.add {
padding: 0;
width: 44px;
min-height: 44px;
border: 0;
}
.add .icon {
width: 24px;
height: 24px;
margin: 0;
}
.add span {
position: absolute;
width: 1px;
height: 1px;
overflow: hidden;
clip-path: inset(50%);
}
}
`],a([m({attribute:!1})],Z.prototype,"client",2),a([m({attribute:!1})],Z.prototype,"i18n",2),a([m({attribute:!1})],Z.prototype,"ref",2),a([m({attribute:!1})],Z.prototype,"account",2),a([m({type:Boolean})],Z.prototype,"isAdmin",2),a([m({type:Boolean})],Z.prototype,"severalAccounts",2),a([m({type:Boolean})],Z.prototype,"offline",2),a([d()],Z.prototype,"_conversation",2),a([d()],Z.prototype,"_items",2),a([d()],Z.prototype,"_hasOlder",2),a([d()],Z.prototype,"_hasNewer",2),a([d()],Z.prototype,"_readUpTo",2),a([d()],Z.prototype,"_expanded",2),a([d()],Z.prototype,"_highlighted",2),a([d()],Z.prototype,"_error",2),a([d()],Z.prototype,"_notice",2),a([d()],Z.prototype,"_isAtEnd",2),a([d()],Z.prototype,"_isMenuOpen",2),a([d()],Z.prototype,"_announcement",2),a([b(".scroller")],Z.prototype,"_scroller",2),a([b("smsadmin-composer")],Z.prototype,"_composer",2),a([b(".jump-date")],Z.prototype,"_dateField",2),Z=a([T("smsadmin-thread")],Z);var U5={queued:"Waiting",queued_until:"Waiting, tried until {time}",scheduled:"Scheduled for {time}",submitting:"On its way",accepted:"Accepted",rejected:"Rejected",unconfirmed:"No clear answer, it may or may not arrive",not_sent:"Not sent",cancelled:"Cancelled",delivered:"Delivered",delivered_at:"Delivered {time}",expired:"Not delivered: expired",undeliverable:"Not delivered: undeliverable",unknown:"The network does not know",blacklisted:"Not delivered: the number is blacklisted",busy:"The network is busy",other:"Reported as something else",received:"Received",quarantined:"Could not be read",with_reason:"{state}: {reason}",progress:"{delivered} of {total} delivered",failed_of:"{n} failed",unclear_of:"{n} unclear",push:"pushed",pull:"fetched",cancel:"Cancel",send_again:"Send again",why:"Why?",answers:"Answers",details:"Details",unread_below:"New",group:{one:"{n} number",other:"{n} numbers"}},G5={title:"Did it arrive?",explanation:"The platform got the text, or a part of it, but its answer never came or can't be understood. It may have sent the text. A delivery report will settle it, usually within ten minutes.",risk:"If you send it again now, it may arrive twice, and be charged twice.",confirm:"Send again anyway",dismiss:"Wait for the report"},Q5={label:"Text",placeholder:"Write a text",to:"Text to {name}",send:"Send",send_scheduled:"Schedule",schedule:"Send later",schedule_at:"Time to send",schedule_hour:"In an hour",schedule_evening:"This evening",schedule_tomorrow:"Tomorrow morning",schedule_remove:"Don't schedule",schedule_final:"Once the platform has accepted it, a scheduled text can't be cancelled.",scheduled_for:"Goes out {time}",signature:"【{signature}】 is put in front",count:"{characters} of {room}",count_label:"{characters} of {room} characters, signature included",texts:{one:"{n} text",other:"{n} texts"},texts_each:{one:"{n} text each",other:"{n} texts each"},lacking:{one:"{n} character will arrive as ?",other:"{n} characters will arrive as ?"},empty:"Write something first.",incomplete:"Enter both a date and a time.",past:"This time has passed.",sending:"Sending …",offline:"No connection to Home Assistant. What you typed is kept.",lost:"The connection was lost while sending. Send it again: it can't go out twice.",failed:"Not sent: {reason}",replaced:{one:"{n} character was replaced, since the account's character set lacks it.",other:"{n} characters were replaced, since the account's character set lacks them."},unrecorded:"Accepted for {accepted} of {total} numbers, waiting for {queued}. The message log does not work, so this text is not shown here.",read_only:"You can read this, but not write."},z5={offline:"No connection to Home Assistant",offline_hint:"This page goes on as soon as it is back.",not_found:"This conversation is not there any more",not_found_hint:"The account or the recipient was removed, or is not shared with you.",log_failed:"The message log does not work",failed:"This did not work",retry:"Try again",back:"Back to the list"},q5={title:"SMS",conversations:"Conversations",new:"New",new_text:"New text",search:"Names, numbers, words",clear:"Clear the search",filters:"Show",filter_all:"All",filter_unread:"Unread",filter_failed:"Failed",filter_waiting:"Waiting",filter_unreadable:"Unreadable",more:"More",back:"Back",unread:{one:"{n} unread",other:"{n} unread"},none:"No texts yet",none_hint:"What you send, and what people answer, will be here.",none_filtered:"Nothing here",none_found:"Nothing found for “{query}”",found_conversations:"Conversations",found_texts:"Texts",found:{one:"{n} result",other:"{n} results"},pick:"Choose a conversation",pick_hint:"Or write a new text.",loading:"Loading",older:"Loading older texts",latest:"To the newest text",jump:"Jump to a date",arrived:"{name}: {message}",group:{one:"{n} number",other:"{n} numbers"},reload:"SMSAdmin was updated.",reload_hint:"What you typed is kept.",reload_do:"Reload",texts_left:{one:"{n} text left",other:"{n} texts left"},not_shown:"Its texts can't be shown.",unreachable:"The platform has been unreachable since {time}.",waiting:{one:"{n} text is waiting for it.",other:"{n} texts are waiting for it."},waiting_only:{one:"{n} text is waiting to be sent.",other:"{n} texts are waiting to be sent."},push_url:"Push URL",push_url_hint:"For the platform's customer service. Keep it secret: it is the only protection.",copy:"Copy",copied:"Copied",account:"Account",export_all:"Export what is shown",export_this:"Export this conversation",export_csv:"As CSV (Excel)",export_json:"As JSON",add_recipient:"Add as recipient",add_recipient_name:"Name",add_recipient_hint:"{number} gets a name, a device and entities of its own.",save:"Save",cancel:"Cancel",name_missing:"Enter a name.",number_unreadable:"Unreadable",unreadable_hint:"The platform sent this, and it is no reply or report that can be understood. It is kept as it came.",to:"To",to_placeholder:"Name or number",use_number:"Use {number}",remove:"Remove {name}",no_recipient:"Enter a name or a number.",not_a_number:"“{typed}” is neither a recipient nor a number.",numbers_by_admin:"“{typed}” is no recipient. Only administrators write to other numbers.",choose_account:"Choose the account that sends.",suggestions:"Recipients"};var K5={queued:"等待发送",queued_until:"等待平台恢复，{time} 前会继续尝试",scheduled:"定时 {time} 发送",submitting:"正在发送",accepted:"平台已受理",rejected:"被拒绝",unconfirmed:"结果未知，可能送达，也可能没有",not_sent:"未发出",cancelled:"已取消",delivered:"已送达",delivered_at:"{time} 已送达",expired:"未送达：已过期",undeliverable:"未送达：号码不可达",unknown:"状态未知",blacklisted:"未送达：黑名单号码",busy:"系统忙",other:"其他状态",received:"已收到",quarantined:"无法识别",with_reason:"{state}：{reason}",progress:"{delivered}/{total} 已送达",failed_of:"{n} 个失败",unclear_of:"{n} 个结果未知",push:"推送",pull:"轮询",cancel:"取消发送",send_again:"重新发送",why:"为什么？",answers:"回复",details:"详情",unread_below:"新短信",group:{other:"{n} 个号码"}},j5={title:"送达了吗？",explanation:"这条短信（或其中一部分）可能已经到达平台，但平台没有应答，或应答无法识别，所以短信可能已经发出。状态报告会给出结果，通常在十分钟之内。",risk:"现在重新发送，对方可能收到两次，也可能计费两次。",confirm:"仍要重新发送",dismiss:"等待状态报告"},X5={label:"短信内容",placeholder:"短信内容",to:"发给{name}的短信",send:"发送",send_scheduled:"定时发送",schedule:"设置发送时间",schedule_at:"发送时间",schedule_hour:"一小时后",schedule_evening:"今晚",schedule_tomorrow:"明早",schedule_remove:"取消定时",schedule_final:"定时短信在平台受理后无法取消。",scheduled_for:"将于{time}发送",signature:"前面加上【{signature}】",count:"{characters}/{room} 字",count_label:"共 {characters} 字，上限 {room} 字，含签名",texts:{other:"{n} 条"},texts_each:{other:"每人 {n} 条"},lacking:{other:"{n} 个字符会变成 ?"},empty:"请先输入短信内容。",incomplete:"请填写完整的日期和时间。",past:"这个时间已经过去。",sending:"正在发送…",offline:"与 Home Assistant 的连接已断开。已输入的内容会保留。",lost:"发送时连接断开。可以再次发送，不会重复发出。",failed:"未发出：{reason}",replaced:{other:"有 {n} 个字符不在账户的字符编码之中，已被替换。"},unrecorded:"共 {total} 个号码：平台已受理 {accepted} 个，等待发送 {queued} 个。短信记录无法使用，因此这条短信不会显示在这里。",read_only:"您可以查看，但不能发送短信。"},J5={offline:"与 Home Assistant 的连接已断开",offline_hint:"恢复连接后，页面会自动继续。",not_found:"这个对话已不存在",not_found_hint:"账户或收件人已被删除，或没有向您开放。",log_failed:"短信记录无法使用",failed:"操作未成功",retry:"重试",back:"返回列表"},Y5={title:"短信",conversations:"对话",new:"新短信",new_text:"新短信",search:"名称、号码、内容",clear:"清除搜索",filters:"筛选",filter_all:"全部",filter_unread:"未读",filter_failed:"失败",filter_waiting:"等待发送",filter_unreadable:"无法识别",more:"更多",back:"返回",unread:{other:"{n} 条未读"},none:"还没有短信",none_hint:"发出的短信和收到的回复都会显示在这里。",none_filtered:"没有内容",none_found:"没有找到“{query}”",found_conversations:"对话",found_texts:"短信",found:{other:"{n} 个结果"},pick:"选择一个对话",pick_hint:"或者写一条新短信。",loading:"正在加载",older:"正在加载更早的短信",latest:"回到最新短信",jump:"跳转到日期",arrived:"{name}：{message}",group:{other:"{n} 个号码"},reload:"SMSAdmin 已更新。",reload_hint:"已输入的内容会保留。",reload_do:"重新加载",texts_left:{other:"剩余 {n} 条"},not_shown:"此账户的短信暂时无法显示。",unreachable:"{time}起一直无法连接到平台。",waiting:{other:"有 {n} 条短信等待发送。"},waiting_only:{other:"有 {n} 条短信等待发送。"},push_url:"推送地址",push_url_hint:"请平台客服登记此地址。它是唯一的保护，请勿泄露。",copy:"复制",copied:"已复制",account:"账户",export_all:"导出当前列表",export_this:"导出此对话",export_csv:"CSV 格式（Excel）",export_json:"JSON 格式",add_recipient:"添加为收件人",add_recipient_name:"名称",add_recipient_hint:"{number} 会有自己的名称、设备和实体。",save:"保存",cancel:"取消",name_missing:"请输入名称。",number_unreadable:"无法识别",unreadable_hint:"收到的这些内容既不是回复，也不是状态报告，已原样保留。",to:"收件人",to_placeholder:"名称或号码",use_number:"使用号码 {number}",remove:"移除{name}",no_recipient:"请选择收件人或输入号码。",not_a_number:"“{typed}”既不是收件人，也不是号码。",numbers_by_admin:"“{typed}”不是收件人。只有管理员可以发送到其他号码。",choose_account:"请选择用来发送的账户。",suggestions:"收件人"};var C3={queued:"等待傳送",queued_until:"等待平台恢復，{time} 前會持續嘗試",scheduled:"排定 {time} 傳送",submitting:"正在傳送",accepted:"平台已受理",rejected:"遭拒絕",unconfirmed:"結果未知，可能送達，也可能沒有",not_sent:"未傳送",cancelled:"已取消",delivered:"已送達",delivered_at:"{time} 已送達",expired:"未送達：已過期",undeliverable:"未送達：號碼無法送達",unknown:"狀態未知",blacklisted:"未送達：黑名單號碼",busy:"系統忙碌",other:"其他狀態",received:"已收到",quarantined:"無法辨識",with_reason:"{state}：{reason}",progress:"{delivered}/{total} 已送達",failed_of:"{n} 個失敗",unclear_of:"{n} 個結果未知",push:"推送",pull:"輪詢",cancel:"取消傳送",send_again:"重新傳送",why:"為什麼？",answers:"回覆",details:"詳細資訊",unread_below:"新簡訊",group:{other:"{n} 個號碼"}},H3={title:"送達了嗎？",explanation:"這則簡訊（或其中一部分）可能已經到達平台，但平台沒有回應，或回應無法辨識，所以簡訊可能已經傳送。狀態報告會給出結果，通常在十分鐘之內。",risk:"現在重新傳送，對方可能收到兩次，也可能計費兩次。",confirm:"仍要重新傳送",dismiss:"等待狀態報告"},V3={label:"簡訊內容",placeholder:"簡訊內容",to:"傳給{name}的簡訊",send:"傳送",send_scheduled:"排程傳送",schedule:"設定傳送時間",schedule_at:"傳送時間",schedule_hour:"一小時後",schedule_evening:"今晚",schedule_tomorrow:"明早",schedule_remove:"取消排程",schedule_final:"排程簡訊在平台受理後無法取消。",scheduled_for:"將於{time}傳送",signature:"前面加上【{signature}】",count:"{characters}/{room} 字",count_label:"共 {characters} 字，上限 {room} 字，含簽名",texts:{other:"{n} 則"},texts_each:{other:"每人 {n} 則"},lacking:{other:"{n} 個字元會變成 ?"},empty:"請先輸入簡訊內容。",incomplete:"請填寫完整的日期和時間。",past:"這個時間已經過去。",sending:"正在傳送…",offline:"與 Home Assistant 的連線已中斷。已輸入的內容會保留。",lost:"傳送時連線中斷。可以再次傳送，不會重複傳送。",failed:"未傳送：{reason}",replaced:{other:"有 {n} 個字元不在帳號的字元編碼之中，已被取代。"},unrecorded:"共 {total} 個號碼：平台已受理 {accepted} 個，等待傳送 {queued} 個。簡訊紀錄無法使用，因此這則簡訊不會顯示在這裡。",read_only:"您可以檢視，但不能傳送簡訊。"},L3={offline:"與 Home Assistant 的連線已中斷",offline_hint:"恢復連線後，頁面會自動繼續。",not_found:"這個對話已不存在",not_found_hint:"帳號或收件人已被移除，或沒有開放給您。",log_failed:"簡訊紀錄無法使用",failed:"操作未成功",retry:"重試",back:"返回列表"},M3={title:"簡訊",conversations:"對話",new:"新簡訊",new_text:"新簡訊",search:"名稱、號碼、內容",clear:"清除搜尋",filters:"篩選",filter_all:"全部",filter_unread:"未讀",filter_failed:"失敗",filter_waiting:"等待傳送",filter_unreadable:"無法辨識",more:"更多",back:"返回",unread:{other:"{n} 則未讀"},none:"還沒有簡訊",none_hint:"傳送的簡訊和收到的回覆都會顯示在這裡。",none_filtered:"沒有內容",none_found:"找不到「{query}」",found_conversations:"對話",found_texts:"簡訊",found:{other:"{n} 個結果"},pick:"選擇一個對話",pick_hint:"或者寫一則新簡訊。",loading:"正在載入",older:"正在載入更早的簡訊",latest:"回到最新簡訊",jump:"跳到日期",arrived:"{name}：{message}",group:{other:"{n} 個號碼"},reload:"SMSAdmin 已更新。",reload_hint:"已輸入的內容會保留。",reload_do:"重新載入",texts_left:{other:"剩餘 {n} 則"},not_shown:"此帳號的簡訊暫時無法顯示。",unreachable:"{time}起一直無法連線至平台。",waiting:{other:"有 {n} 則簡訊等待傳送。"},waiting_only:{other:"有 {n} 則簡訊等待傳送。"},push_url:"推送網址",push_url_hint:"請平台客服登記此網址。它是唯一的保護，請勿洩漏。",copy:"複製",copied:"已複製",account:"帳號",export_all:"匯出目前列表",export_this:"匯出此對話",export_csv:"CSV 格式（Excel）",export_json:"JSON 格式",add_recipient:"新增為收件人",add_recipient_name:"名稱",add_recipient_hint:"{number} 會有自己的名稱、裝置和實體。",save:"儲存",cancel:"取消",name_missing:"請輸入名稱。",number_unreadable:"無法辨識",unreadable_hint:"收到的這些內容既不是回覆，也不是狀態報告，已原樣保留。",to:"收件人",to_placeholder:"名稱或號碼",use_number:"使用號碼 {number}",remove:"移除{name}",no_recipient:"請選擇收件人或輸入號碼。",not_a_number:"「{typed}」既不是收件人，也不是號碼。",numbers_by_admin:"「{typed}」不是收件人。只有管理員可以傳送到其他號碼。",choose_account:"請選擇用來傳送的帳號。",suggestions:"收件人"};customElements.define("smsadmin-composer",class extends c{});var K3={en:{composer:Q5,error:z5,message:U5,panel:q5,unconfirmed:G5},"zh-Hans":{composer:X5,error:J5,message:K5,panel:Y5,unconfirmed:j5},"zh-Hant":{composer:V3,error:L3,message:C3,panel:M3,unconfirmed:H3}},j3=new URL(import.meta.url).pathname.split("/").at(-2),O=class extends y{constructor(){super(...arguments);this.route={prefix:"",path:""};this.narrow=!1;this._i18n=null;this._isAdmin=!1;this._isOffline=!1;this._accounts=[];this._recipients=[];this._isStale=!1;this._selected="";this._adding=null;this._notice="";this._hass=null;this._localeKey="";this._takesFocus=!1;this._returns=!1;this._ref=null;this._unsubscribe=null;this._client=new k1(()=>this._hass);this._onReady=()=>{this._unsubscribe||this._connect(),this._list?.refresh(),this._thread?.refresh()};this._onChange=C=>{this._list?.onChange(C),this._thread?.onChange(C)};this._fit=()=>{let C=visualViewport;if(!C)return;let H=C.scale===1&&window.innerHeight-C.height>120;this.style.setProperty("--panel-height",H?`${C.height}px`:"100dvh")};this._back=()=>{this._returns=!0,n2(this.route.prefix)}}set hass(C){let H=this._hass===null,L=this._hass;this._hass=C,E2(C.user?.id??"");let e=p5(C);e!==this._localeKey&&(this._localeKey=e,this._i18n=new T1(C,K3)),this._isAdmin=C.user?.is_admin===!0,this._isOffline=!C.connected;let r=this.renderRoot?.querySelector("ha-menu-button");r&&(r.hass=C),(H&&this.isConnected||L&&L.connection!==C.connection)&&this._connect()}connectedCallback(){super.connectedCallback(),this._hass&&this._connect(),visualViewport?.addEventListener("resize",this._fit)}disconnectedCallback(){super.disconnectedCallback(),this._disconnect(),visualViewport?.removeEventListener("resize",this._fit)}updated(){!this._returns||o2(this.route.path).name!=="list"||(this._returns=!1,this._list?.focusRow(this._selected))}_connect(){this._disconnect(),this._hass.connection.addEventListener("ready",this._onReady),this._unsubscribe=this._client.subscribe(this._onChange,{config_entry_id:null,conversation_id:null}).catch(()=>{this._unsubscribe=null})}_disconnect(){this._hass?.connection.removeEventListener("ready",this._onReady),this._unsubscribe?.then(C=>C?.()),this._unsubscribe=null}_onOverview(C){let{accounts:H,recipients:L,panel_version:e}=C.detail;this._accounts=H,L&&(this._recipients=L),this._isStale=e!==j3}async _export(C){let{format:H,conversation:L}=C.detail;await this._try(()=>this._client.download({format:H,config_entry_id:L?.config_entry_id??null,conversation_id:L?.conversation_id??null,filter:L?"all":this._list?.filter??"all",query:L?"":this._list?.words??""}))}async _try(C){this._notice="";try{await C()}catch(H){this._notice=H.message||(this._i18n?.t("error.failed")??"")}}async _onSent(C){let{conversations:H}=C.detail;await this._show(H);let L=this._accounts.filter(({log_error:e})=>e).map(({config_entry_id:e})=>e);this._i18n&&H.some(({config_entry_id:e})=>L.includes(e))&&(this._notice=B1(C.detail,this._i18n))}async _show([C,H]){if(!C||H)return n2(this.route.prefix);let L=C.config_entry_id;if(!C.conversation_id.startsWith("mobile:"))return this._go({name:"recipient",entry:L,id:C.conversation_id,item:null});await this._try(async()=>{let e={item_id:null,entity_id:null,before:null,after:null,around:null,since:null},{items:r}=await this._client.call("smsadmin/thread",{...C,...e,limit:1}),t=r.at(-1);this._go(t?{name:"number",entry:L,item:t.id}:{name:"list"})})}_go(C){V1(this.route.prefix,C,!0)}_onSelected(C){this._selected=C.detail,this._takesFocus=!0}_onOpened(C){this._selected=h(C.detail),this._takesFocus&&this._thread?.focus(),this._takesFocus=!1}_onSaved(){this._adding=null,this._list?.refresh(),this._thread?.refresh(),this._thread?.focus()}render(){let C=this._i18n;if(!C)return A;let H=o2(this.route.path);return i`
${this._isStale?this._reload(C):A}
${this._isOffline?i`<div class="bar" role="status">${l(v.alert)}<span><strong>${C.t("error.offline")}.</strong> ${C.t("error.offline_hint")}</span></div>`:A}
${this._notice?i`<div class="bar bad" role="alert">${l(v.alert)}<span>${this._notice}</span>
<button type="button" class="round" aria-label=${C.t("panel.cancel")} @click=${()=>{this._notice=""}}>${l(v.close)}</button></div>`:A}
<div class="panes ${H.name==="list"?"":"inside"}">
<nav aria-label=${C.t("panel.conversations")}>
<smsadmin-list
.client=${this._client} .i18n=${C} .urlPrefix=${this.route.prefix} .selected=${this._selectedKey(H)} .isAdmin=${this._isAdmin}
@overview=${this._onOverview} @export=${this._export} @selected=${this._onSelected}
><ha-menu-button slot="menu" .hass=${this._hass} .narrow=${this.narrow}></ha-menu-button></smsadmin-list>
</nav>
<section class="detail" aria-label=${C.t("panel.title")}>${this._detail(H,C)}</section>
</div>
${this._adding?i`<smsadmin-recipient-form .hass=${()=>this._hass} .i18n=${C} .conversation=${this._adding}
@saved=${this._onSaved} @closed=${()=>{this._adding=null}}></smsadmin-recipient-form>`:A}
`}_reload(C){return i`<div class="bar info" role="status">${l(v.download)}<span><strong>${C.t("panel.reload")}</strong> ${C.t("panel.reload_hint")}</span>
<button type="button" class="outlined" @click=${()=>location.reload()}>${C.t("panel.reload_do")}</button></div>`}_selectedKey(C){return C.name==="recipient"?`${C.entry}/${C.id}`:C.name==="unreadable"?`${C.entry}/unreadable`:C.name==="list"||C.name==="new"?"":this._selected}_detail(C,H){if(C.name==="list")return i`<div class="nothing">${l(v.message)}<h2>${H.t("panel.pick")}</h2><p>${H.t("panel.pick_hint")}</p></div>`;if(C.name==="new")return i`<smsadmin-new .client=${this._client} .i18n=${H} .accounts=${this._accounts} .recipients=${this._recipients} .offline=${this._isOffline}
@sent=${this._onSent} @go-back=${this._back}></smsadmin-new>`;let L=this._refOf(C);return i`<smsadmin-thread
.client=${this._client} .i18n=${H} .ref=${L} .account=${this._accounts.find(e=>e.config_entry_id===L.config_entry_id)}
.isAdmin=${this._isAdmin} .severalAccounts=${this._accounts.length>1} .offline=${this._isOffline}
@go-back=${this._back} @export=${this._export} @add-recipient=${e=>{this._adding=e.detail}}
@conversation-opened=${this._onOpened}
></smsadmin-thread>`}_refOf(C){let H={config_entry_id:C.entry,conversation_id:C.name==="recipient"?C.id:C.name==="unreadable"?"unreadable":null,item_id:C.name==="number"||C.name==="message"?C.item:null,around:C.name==="recipient"||C.name==="message"?C.item:null};return JSON.stringify(H)!==JSON.stringify(this._ref)&&(this._ref=H),this._ref}};O.styles=[B,f`
:host {
container-type: inline-size;
display: flex;
flex-direction: column;
height: var(--panel-height, 100dvh);
overflow: hidden;
background: var(--canvas);
padding-top: var(--safe-area-inset-top, env(safe-area-inset-top, 0px));
padding-inline-end: var(--safe-area-inset-right, env(safe-area-inset-right, 0px));
}
.panes {
flex: 1;
min-height: 0;
display: grid;
grid-template-columns: clamp(300px, 32%, 380px) minmax(0, 1fr);
grid-template-rows: minmax(0, 1fr);
}
nav,
.detail {
display: grid;
grid-template: minmax(0, 1fr) / minmax(0, 1fr);
min-width: 0;
min-height: 0;
}
nav {
border-inline-end: 1px solid var(--line);
}
ha-menu-button {
color: var(--ink-2);
}
.nothing {
display: grid;
justify-items: center;
align-content: center;
gap: 4px;
text-align: center;
color: var(--ink-2);
}
.nothing .icon {
width: 64px;
height: 64px;
padding: 16px;
border-radius: 50%;
background: var(--tint);
color: var(--link);
}
.nothing h2 {
margin: 14px 0 0;
font-size: 18px;
font-weight: 500;
color: var(--ink);
}
.nothing p {
margin: 0;
}
.bar {
display: flex;
align-items: center;
gap: 12px;
min-height: 48px;
padding: 6px 16px;
flex: none;
background: color-mix(in srgb, var(--warning-color, #ffa600) 16%, var(--surface));
color: var(--warn);
border-bottom: 1px solid var(--line);
}
.bar span {
flex: 1;
}
.bar.bad {
background: color-mix(in srgb, var(--error-color, #db4437) 12%, var(--surface));
color: var(--bad);
}
.bar.info {
background: var(--tint);
color: var(--ink);
}
@container (max-width: 760px) {
.panes {
grid-template-columns: minmax(0, 1fr);
}
nav {
border: 0;
}
.panes:not(.inside) .detail,
.inside nav {
display: none;
}
}
`],a([m({attribute:!1})],O.prototype,"route",2),a([m({type:Boolean})],O.prototype,"narrow",2),a([m({attribute:!1})],O.prototype,"panel",2),a([d()],O.prototype,"_i18n",2),a([d()],O.prototype,"_isAdmin",2),a([d()],O.prototype,"_isOffline",2),a([d()],O.prototype,"_accounts",2),a([d()],O.prototype,"_recipients",2),a([d()],O.prototype,"_isStale",2),a([d()],O.prototype,"_selected",2),a([d()],O.prototype,"_adding",2),a([d()],O.prototype,"_notice",2),a([b("smsadmin-list")],O.prototype,"_list",2),a([b("smsadmin-thread")],O.prototype,"_thread",2),a([m({attribute:!1,noAccessor:!0})],O.prototype,"hass",1),O=a([T("smsadmin-panel")],O);export{O as Panel};
